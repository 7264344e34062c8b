"""`python -m local_cluster.collector`: the collector process of the local cluster."""

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path

from common.logs import to_stderr
from local_cluster.collector.lean import use_little_memory
from local_cluster.collector.process import Settings, collect
from local_cluster.environment import TOKEN_VARIABLE
from telemetry_store.retention import Retention
from telemetry_store.writer import StoreLocked

logger = logging.getLogger(__name__)


def parse_arguments(argv: list[str] | None = None) -> Settings:
    parser = argparse.ArgumentParser(prog="local_cluster.collector", description=__doc__)
    parser.add_argument("--directory", type=Path, required=True, help="folder of the telemetry store")
    parser.add_argument("--pods", type=Path, required=True, help="folder with <pod>/stdout.log of each pod")
    parser.add_argument("--port", type=int, required=True, help="port of 127.0.0.1 for OTLP/HTTP")
    parser.add_argument("--envoy-admin", type=Path, required=True, help="admin socket of the mesh proxy")
    parser.add_argument("--control", type=Path, required=True, help="control socket of the local cluster")
    parser.add_argument("--node", required=True, help="name of the node that the pods are said to run on")
    parser.add_argument("--interval", type=float, default=1.0, help="seconds between samples")
    parser.add_argument("--retention-hours", type=float, default=72.0)
    parser.add_argument("--retention-gb", type=float, default=10.0)
    chosen = parser.parse_args(argv)
    return Settings(
        directory=chosen.directory,
        pods=chosen.pods,
        port=chosen.port,
        envoy_admin=chosen.envoy_admin,
        control=chosen.control,
        node=chosen.node,
        interval_s=chosen.interval,
        retention=Retention(chosen.retention_hours, chosen.retention_gb),
        token=os.environ.get(TOKEN_VARIABLE, ""),
    )


def main() -> int:
    to_stderr("%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    use_little_memory()
    try:
        asyncio.run(collect(parse_arguments()))
    except (StoreLocked, OSError) as error:
        logger.error("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
