"""Which file a system call is about: asked of the caller's /proc while it waits for its answer."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local_cluster.file_io.abi import AT_FDCWD, NOTIFICATION, Machine, Method

LONGEST_PATH: Final = 4096
PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Call:
    """One notification. `thread` is the caller's thread id, which names it in /proc."""

    identity: int
    thread: int
    number: int
    arguments: tuple[int, ...]

    @classmethod
    def unpacked(cls, buffer: bytearray) -> "Call":
        identity, thread, _, number, _, _, *arguments = NOTIFICATION.unpack(buffer)
        return cls(identity, thread, number, tuple(arguments))

    def method(self, machine: Machine) -> Method:
        return machine.methods[self.number]

    def file(self, machine: Machine) -> str:
        """Raises OSError when it is no file, or the caller is gone.

        The caller's thread id can't be another's meanwhile, unless the caller died: then nobody gets the answer.
        """
        place = machine.by_path.get(self.number)
        if place is None:
            return str(Path(f"/proc/{self.thread}/fd/{self.arguments[0]}").readlink())
        name = _text(self.thread, self.arguments[place])
        folder = _folder(self.thread, _signed(self.arguments[place - 1]) if place else AT_FDCWD)
        return os.path.realpath(Path(folder, name))


def _folder(thread: int, descriptor: int) -> Path:
    return Path(f"/proc/{thread}", "cwd" if descriptor == AT_FDCWD else f"fd/{descriptor}").readlink()


def _text(thread: int, address: int) -> str:
    """A string in the caller's memory, read page by page: the page after its end need not be there."""
    memory = os.open(f"/proc/{thread}/mem", os.O_RDONLY)
    found = b""
    try:
        while b"\0" not in found and len(found) < LONGEST_PATH:
            at = address + len(found)
            found += os.pread(memory, PAGE - at % PAGE, at)
    finally:
        os.close(memory)
    return os.fsdecode(found.partition(b"\0")[0])


def _signed(value: int) -> int:
    """A descriptor is an int, whatever the upper half of the register holds."""
    low = value & 0xFFFFFFFF
    return low - (1 << 32) if low & 0x80000000 else low
