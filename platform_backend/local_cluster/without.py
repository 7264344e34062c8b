"""python -m local_cluster.without MODULE,... PROGRAM ...: run a program that shall not load certain modules.

For optional modules that others load whenever they are there (asyncio and aiohttp: ssl; pyarrow: numpy and pandas),
and that cost megabytes for as long as the program runs. To the program they are not installed.
"""

import runpy
import sys
from typing import Final

# Arguments for an interpreter, before those of the program. The controller and the wire speak no TLS: 3 MB each.
CONTROLLER: Final = ("-m", "local_cluster.without", "ssl", "local_cluster.serve")
WIRE: Final = ("-m", "local_cluster.without", "ssl", "local_cluster.wire")
# pyarrow loads numpy at once, and pandas when it sees its first Python list; neither is used: 40 MB.
COLLECTOR: Final = ("-m", "local_cluster.without", "numpy,pandas", "local_cluster.collector")


def main() -> None:
    modules, program = sys.argv[1:3]
    for module in modules.split(","):
        # The import system's own way to say that a module can't be had.
        sys.modules[module] = None  # type: ignore[assignment]
    sys.argv = [program, *sys.argv[3:]]
    runpy.run_module(program, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
