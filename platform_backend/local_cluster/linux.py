"""What the local cluster asks of Linux: die with the parent, read CPU clocks and memory, tell the time."""

import ctypes
import errno
import os
import resource
import signal
import time
from pathlib import Path
from typing import Final

PR_SET_PDEATHSIG: Final = 1
AT_FDCWD: Final = -100
RENAME_EXCHANGE: Final = 2
PAGE: Final = os.sysconf("SC_PAGE_SIZE")
COMM_LENGTH: Final = 15
MANY_FILES: Final = 65_536

# Loaded at import: a freshly forked child must not have to look for it.
_libc: Final = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when `parent` ends. Call it right after fork."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the call above
        os.kill(os.getpid(), signal.SIGKILL)


def allow_many_files() -> None:
    """Raise the number of files that may be open as far as this user may: for this process and its children."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY_FILES if hard == resource.RLIM_INFINITY else min(MANY_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def set_comm(name: str) -> None:
    """The short process name that ps and top show."""
    Path("/proc/self/comm").write_text(name[:COMM_LENGTH], encoding="utf-8")


def has_comm(pid: int, name: str) -> bool:
    """Whether a process is called so; False when it is gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").rstrip("\n") == name[:COMM_LENGTH]
    except OSError:
        return False


def exchange(first: Path, second: Path) -> None:
    """Have two files change places in one step; where the file system can't, the first takes the second's."""
    failed = _libc.renameat2(AT_FDCWD, bytes(first), AT_FDCWD, bytes(second), RENAME_EXCHANGE)
    if not failed:
        return
    error = ctypes.get_errno()
    if error not in (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP):
        raise OSError(error, os.strerror(error), str(second))
    first.replace(second)


def now_us() -> int:
    """UTC microseconds since the epoch."""
    return time.time_ns() // 1000


def cpu_clock(pid: int) -> int:
    """The clock id that counts CPU time of all threads of a process (see clock_getcpuclockid(3))."""
    return (~pid << 3) | 2


def cpu_seconds(pid: int) -> float:
    """CPU time that a live process has used; OSError when it is gone."""
    return time.clock_gettime(cpu_clock(pid))


def resident_bytes(pid: int) -> int:
    """Resident memory of a live process; OSError when it is gone."""
    return _statm(pid)[1] * PAGE


def anonymous_bytes(pid: int) -> int:
    """The part of it that is no file's, hence the process's own; OSError when it is gone."""
    _, resident, shared = _statm(pid)
    return (resident - shared) * PAGE


def _statm(pid: int) -> list[int]:
    """Pages: of the address space, resident, and resident of files and shared memory."""
    descriptor = os.open(f"/proc/{pid}/statm", os.O_RDONLY)  # asked often: the cheapest way to read it
    try:
        return [int(field) for field in os.read(descriptor, 128).split()[:3]]
    finally:
        os.close(descriptor)


def is_stopped(pid: int) -> bool:
    """Whether a process stands still by a signal; False when it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] == "T"


def describe_exit(status: int) -> str:
    """Of a process; negative: killed by that signal."""
    if status >= 0:
        return f"exit status {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:  # a real-time signal has no name
        return f"killed by signal {-status}"


def signal_group(group: int, number: signal.Signals) -> bool:
    """Signal each process of a group; False when none is left."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


def send_signal(pid: int, number: signal.Signals) -> bool:
    """Signal one process; False when it is gone."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True
