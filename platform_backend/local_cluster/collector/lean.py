"""Keeps the collector small: it runs beside the shop all the time, on somebody's laptop."""

import ctypes
from typing import Final

import pyarrow as pa

M_ARENA_MAX: Final = -8


def use_little_memory() -> None:
    """For this whole process. The system's allocator, unlike pyarrow's own, returns what sealing needs."""
    # Two threads don't contend for memory, and each further arena keeps what it once had.
    ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)
    pa.set_memory_pool(pa.system_memory_pool())
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
