"""What /proc tells of one process."""

import os
from dataclasses import dataclass
from typing import Final

from local_cluster.linux import PAGE, cpu_seconds

TICKS: Final = os.sysconf("SC_CLK_TCK")
READ_BYTES: Final = 4096
KIBIBYTE: Final = 1024


@dataclass(frozen=True, slots=True)
class Used:
    """Counters of a process since it started. They only grow."""

    cpu: float = 0.0  # seconds
    user: float = 0.0
    system: float = 0.0
    read: int = 0  # bytes that storage delivered
    written: int = 0

    def __add__(self, other: "Used") -> "Used":
        return Used(
            self.cpu + other.cpu,
            self.user + other.user,
            self.system + other.system,
            self.read + other.read,
            self.written + other.written,
        )


@dataclass(frozen=True, slots=True)
class ProcessState:
    used: Used
    threads: int
    resident: int  # bytes
    mapped_file: int  # bytes of files and shared memory, part of resident
    sockets: int

    @property
    def anonymous(self) -> int:
        """Bytes that are no file's: the process's own."""
        return self.resident - self.mapped_file


def read_process(pid: int) -> ProcessState:
    """OSError when it is gone or not ours."""
    fields = _read(pid, "stat").rpartition(b")")[2].split()
    pages = _read(pid, "statm").split()
    read, written = _storage_bytes(_read(pid, "io"))
    user, system = int(fields[11]) / TICKS, int(fields[12]) / TICKS
    return ProcessState(
        used=Used(cpu_seconds(pid), user, system, read, written),
        threads=int(fields[17]),
        resident=int(pages[1]) * PAGE,
        mapped_file=int(pages[2]) * PAGE,
        sockets=_sockets(pid),
    )


def private_bytes(pid: int) -> int | None:
    """What it shares with nobody: 1 ms of CPU, as the kernel looks at each page. None where it does not tell."""
    try:
        fields = dict(line.split(b":", 1) for line in _read(pid, "smaps_rollup").splitlines()[1:])
    except OSError:
        return None
    return int(fields[b"Private_Dirty"].split()[0]) * KIBIBYTE


def _read(pid: int, name: str) -> bytes:
    # Not Path.read_bytes: this runs for each file of each process on every tick, and costs a third so.
    descriptor = os.open(f"/proc/{pid}/{name}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, READ_BYTES)
    finally:
        os.close(descriptor)


def _storage_bytes(text: bytes) -> tuple[int, int]:
    fields = dict(line.split(b": ", 1) for line in text.splitlines())
    return int(fields[b"read_bytes"]), int(fields[b"write_bytes"])


def _sockets(pid: int) -> int:
    folder = f"/proc/{pid}/fd"
    return sum(_is_socket(f"{folder}/{name}") for name in os.listdir(folder))  # noqa: PTH208 - as in _read


def _is_socket(path: str) -> bool:
    try:
        return os.readlink(path).startswith("socket:")  # noqa: PTH115 - as in _read
    except OSError:
        return False  # closed meanwhile
