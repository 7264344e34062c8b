"""Keeps the collector small: it runs beside the shop all the time, on somebody's laptop."""

import ctypes
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Final

import pyarrow as pa

M_ARENA_MAX: Final = -8


class _WithoutPandas(MetaPathFinder):
    """pyarrow loads pandas, if there is one, when it sees its first Python list; that would cost us 30 MB."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == "pandas":
            raise ModuleNotFoundError("the collector does without pandas", name=fullname)
        return None


def use_little_memory() -> None:
    """For this whole process. The system's allocator, unlike pyarrow's own, returns what sealing needs."""
    # Two threads don't contend for memory, and each further arena keeps what it once had.
    ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)
    sys.meta_path.insert(0, _WithoutPandas())
    pa.set_memory_pool(pa.system_memory_pool())
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
