"""One running copy of the platform, known by its state folder: its files, locks and processes."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import psutil

from cli.console import CliError
from platform_backend.config import Config
from platform_backend.parts import MANAGER_SOCKET, RESTARTS_FILE
from platform_backend.private import private_folder

# Each process of a copy carries it, so that what a killed manager left behind can be found.
INSTANCE_VARIABLE: Final = "MICROSERVO_INSTANCE"
MANAGER_VARIABLE: Final = "MICROSERVO_MANAGER"
_TERM_SECONDS: Final = 4.0
_KILL_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True)
class Instance:
    """Names of what belongs to the copy whose state is in `state`."""

    state: Path
    run_dir: Path
    logs_dir: Path

    @classmethod
    def of(cls, settings: Config) -> "Instance":
        return cls(settings.state, settings.run_dir, settings.logs_dir)

    @property
    def manager_socket(self) -> Path:
        return self.run_dir / MANAGER_SOCKET

    @property
    def manager_configuration(self) -> Path:
        return self.run_dir / "manager.conf"

    @property
    def manager_log(self) -> Path:
        return self.logs_dir / "manager.log"

    @property
    def manager_lock(self) -> Path:
        """Held by the manager as long as it lives; holds its pid."""
        return self.run_dir / "manager.lock"

    @property
    def restarts_file(self) -> Path:
        return self.run_dir / RESTARTS_FILE

    def make_folders(self) -> None:
        """Raises ConfigError."""
        for folder in (self.state, self.run_dir, self.logs_dir):
            private_folder(folder)

    def manager_pid(self) -> int | None:
        """None when no manager runs: only a living one holds the lock, so a stale pid can't mislead."""
        try:
            with self.manager_lock.open("r+") as file:
                if try_lock(file):
                    return None
                return int(file.read() or 0) or None
        except FileNotFoundError:
            return None

    @contextmanager
    def changing(self, *, wait_seconds: float = 150.0) -> Iterator[None]:
        """Keeps `up` and `down` of several terminals apart."""
        with (self.run_dir / "change.lock").open("w") as file:
            deadline = time.monotonic() + wait_seconds
            while not try_lock(file):
                if time.monotonic() > deadline:
                    raise CliError(f"another up or down of {self.state} is still at work; try again later")
                time.sleep(0.2)
            yield

    def processes(self) -> list[psutil.Process]:
        """Those of this copy and this user, the caller excepted."""
        return [process for process in psutil.process_iter() if self._owns(process)]

    def _owns(self, process: psutil.Process) -> bool:
        try:
            return (
                process.pid != os.getpid()
                and process.uids().real == os.getuid()
                and process.status() != psutil.STATUS_ZOMBIE
                and process.environ().get(INSTANCE_VARIABLE) == str(self.state)
            )
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return False

    def sweep(self) -> int:
        """End whatever is left of this copy; returns how many processes there were."""
        left = self.processes()
        found = len(left)
        _send(left, "terminate")
        psutil.wait_procs(left, timeout=_TERM_SECONDS if left else 0)
        deadline = time.monotonic() + _KILL_SECONDS
        while (left := self.processes()) and time.monotonic() < deadline:
            _send(left, "kill")
            psutil.wait_procs(left, timeout=0.5)
        if left:
            raise CliError(f"can't end process {', '.join(str(process.pid) for process in left)}; end it by hand")
        return found

    def remove_sockets(self) -> None:
        for socket in self.run_dir.glob("*.sock"):
            socket.unlink(missing_ok=True)


def try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _send(processes: list[psutil.Process], method: str) -> None:
    for process in processes:
        try:
            getattr(process, method)()
        except psutil.NoSuchProcess:
            continue
