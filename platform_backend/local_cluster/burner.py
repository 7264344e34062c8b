"""A CPU stress worker: busy for LOAD percent of the time, until it is killed."""

import os
import time
from typing import Final

SLICE: Final = 0.05  # seconds


def main() -> None:
    busy = SLICE * float(os.environ["LOAD"]) / 100
    while True:
        until = time.monotonic() + busy
        while time.monotonic() < until:
            sum(range(1000))
        if busy < SLICE:
            time.sleep(SLICE - busy)
