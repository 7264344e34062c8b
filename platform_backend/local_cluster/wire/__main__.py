"""python -m local_cluster.wire --config FILE --control SOCKET

FILE holds {"pairs": {name: {"listen": port, "target": port}}, "impairments": {...}} and is kept current by the mesh,
so that a wire that is started anew impairs from its first byte.
"""

import argparse
import asyncio
import json
import logging
import sys
from pathlib import Path

from common.logs import to_stderr
from local_cluster.wire.control import serve_control
from local_cluster.wire.state import Impairments, Wire


async def run(config: Path, control: Path) -> None:
    raw = json.loads(config.read_text(encoding="utf-8"))
    wire = Wire()
    await wire.configure(raw["pairs"], Impairments.from_json(raw["impairments"]))
    await (await serve_control(wire, control)).serve_forever()


def main() -> int:
    parser = argparse.ArgumentParser(prog="wire", description="TCP proxy between pods")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--control", type=Path, required=True)
    arguments = parser.parse_args()
    to_stderr("%(asctime)s %(levelname)s %(message)s")
    try:
        asyncio.run(run(arguments.config, arguments.control))
    except (OSError, KeyError, ValueError) as error:
        logging.getLogger("wire").error("%s: can't run: %s: %s", arguments.config, type(error).__name__, error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
