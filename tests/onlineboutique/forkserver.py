"""Forks the shop's services, as the local cluster does. Reads JSON lines {service, env, log}; answers with pids.

Ends with its services when its standard input is closed, so nothing outlives the tests.
"""

import gc
import importlib
import json
import os
import signal
import sys
from typing import Any, NoReturn

import shoplib.preload  # noqa: F401


def become(request: dict[str, Any]) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(request["env"])
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in (1, 2):
        os.dup2(log, number)
    status = 1
    try:
        importlib.import_module(f"{request['service']}.main").main()
        status = 0
    finally:
        sys.stdout.flush()
        os._exit(status)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    pids = []
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            become(request)
        pids.append(pid)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


if __name__ == "__main__":
    main()
