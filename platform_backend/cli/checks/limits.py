"""What the system grants this user: open files, processes, watches of files, room on the disk."""

import ctypes
import os
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psutil

from cli.checks.words import change
from platform_backend.config import Config

# Measured: Envoy has the most descriptors, some 190 and up to 600 while a pod is slow.
LEAST_FILES: Final = 2048
# Measured: 25 processes with 157 threads; builds of datasets and new pods come on top.
LEAST_PROCESSES: Final = 400
WATCHES: Final = 4
LEAST_ROOM: Final = 500_000_000  # bytes: a database, a few minutes of telemetry and a small dataset
LEAST_INODES: Final = 5_000
_CGROUPS: Final = Path("/sys/fs/cgroup")


def open_files(settings: Config) -> Iterator[str]:
    """The soft limit is raised by the process manager."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < LEAST_FILES:
        yield (
            f"open files: this user may have {hard} in a process (ulimit -Hn): expected at least {LEAST_FILES}; "
            "raise it in /etc/security/limits.conf (nofile), or where this session was started"
        )


def processes(settings: Config) -> Iterator[str]:
    left = min(_left_of_user(), _left_of_group())
    if left < LEAST_PROCESSES:
        yield (
            f"processes: {left:.0f} more may be started (ulimit -u, or pids.max of the container), counted with their "
            f"threads: expected {LEAST_PROCESSES}; end others, or raise the limit"
        )


def _left_of_user() -> float:
    hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    if os.geteuid() == 0 or hard == resource.RLIM_INFINITY:  # the limit is not root's
        return float("inf")
    mine = 0
    for process in psutil.process_iter():
        try:
            mine += process.num_threads() if process.uids().real == os.getuid() else 0
        except psutil.Error:
            continue
    return hard - mine


def _left_of_group() -> float:
    """Infinite without cgroups of version 2."""
    try:
        [own] = [line for line in Path("/proc/self/cgroup").read_text().splitlines() if line.startswith("0::")]
        folder = _CGROUPS / own.removeprefix("0::").lstrip("/")
        most = (folder / "pids.max").read_text().strip()
        return float("inf") if most == "max" else int(most) - int((folder / "pids.current").read_text())
    except (OSError, ValueError):
        return float("inf")


def watches(settings: Config) -> Iterator[str]:
    """Envoy watches the files of its routes and endpoints; tried out, as nothing tells how many are left."""
    libc = ctypes.CDLL(None, use_errno=True)
    taken: list[int] = []
    try:
        while len(taken) < WATCHES:
            taken.append(libc.inotify_init1(os.O_CLOEXEC))
            if taken[-1] < 0:
                yield (
                    f"watches of files: no more inotify instances ({os.strerror(ctypes.get_errno())}): expected "
                    f"{WATCHES} to be free; raise it, as root: sysctl -w fs.inotify.max_user_instances=512"
                )
                return
    finally:
        for descriptor in taken:
            if descriptor >= 0:
                os.close(descriptor)


def room(settings: Config) -> Iterator[str]:
    disk = os.statvfs(settings.state)
    free = disk.f_bavail * disk.f_frsize
    if free < LEAST_ROOM:
        yield (
            f"state_dir is {settings.state_dir!r}: {settings.state} has {free / 1e6:.0f} MB free: expected at least "
            f"{LEAST_ROOM / 1e6:.0f} MB; free some, or {change('state_dir')}"
        )
    elif disk.f_files and disk.f_favail < LEAST_INODES:
        yield (
            f"state_dir is {settings.state_dir!r}: {settings.state} has room for {disk.f_favail} more files (inodes): "
            f"expected at least {LEAST_INODES}; delete some, or {change('state_dir')}"
        )
