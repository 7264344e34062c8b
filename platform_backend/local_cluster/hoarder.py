"""A memory stress worker: takes SIZE bytes, touches every page of them, and holds them until it is killed."""

import mmap
import os
import signal
from typing import Final

CHUNK: Final = b"\xa5" * (1 << 20)


def main() -> None:
    size = int(os.environ["SIZE"])
    memory = mmap.mmap(-1, size)
    while (left := size - memory.tell()) > 0:
        memory.write(CHUNK[:left])
    while True:
        signal.pause()
