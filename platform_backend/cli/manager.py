"""The process manager: supervisord, which also counts restarts and never gives a part up.

Started by `up` as `python -m cli.manager PID_TO_DIE_WITH`; everything it starts dies with it.
"""

import json
import os
import signal
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Final

from supervisor import events
from supervisor.medusa import asyncore_25 as asyncore
from supervisor.options import ServerOptions
from supervisor.supervisord import Supervisor

from cli.instance import MANAGER_VARIABLE, Instance, try_lock
from cli.launch import die_with_parent
from cli.manager_log import outlive_full_disks
from local_cluster.linux import allow_many_files
from platform_backend.config import config
from platform_backend.private import become_private

# supervisord waits one second longer after each failed start, without end; a broken part shall
# come back soon after its cause is gone.
_LONGEST_WAIT: Final = 10
_PAUSE: Final = 1.0
_LOCK_SECONDS: Final = 2.0


@dataclass(slots=True)
class Restarts:
    """Of one part, since `up`."""

    count: int = 0
    last: float = 0.0  # UTC seconds since the epoch


class Manager(Supervisor):
    """supervisord with a book of restarts."""

    def __init__(self, options: ServerOptions, restarts_file: Path) -> None:
        super().__init__(options)
        self._file = restarts_file
        self._book: dict[str, Restarts] = {}
        self._unwritten = False

    def runforever(self) -> None:
        events.subscribe(events.ProcessStateStartingEvent, self._on_starting)
        events.subscribe(events.ProcessStateBackoffEvent, _limit_wait)
        events.subscribe(events.Tick5Event, self._on_tick)
        while True:  # until ExitNow, which is how supervisord leaves its loop
            try:
                super().runforever()
            except OSError as error:  # the parts need their manager, whatever the machine has run out of
                self.options.logger.critical(f"the manager's loop failed and goes on: {error!r}")
                time.sleep(_PAUSE)

    def _on_starting(self, event: Any) -> None:
        name = event.process.config.name
        known = self._book.get(name)
        if known is None:
            self._book[name] = Restarts()
        else:
            known.count, known.last = known.count + 1, time.time()
        self._write_book()

    def _on_tick(self, event: Any) -> None:
        if self._unwritten:
            self._write_book()

    def _write_book(self) -> None:
        """Without an error, which would leave the part that is being started half started for good."""
        draft = self._file.with_suffix(".new")
        try:
            draft.write_text(json.dumps({part: asdict(book) for part, book in self._book.items()}))
            draft.replace(self._file)
            self._unwritten = False
        except OSError as error:
            self._unwritten = True
            self.options.logger.warn(f"{self._file} can't be written: {error.strerror}")


def _limit_wait(event: Any) -> None:
    process = event.process
    if process.backoff > _LONGEST_WAIT:
        process.backoff = _LONGEST_WAIT
        process.delay = time.time() + _LONGEST_WAIT


def main(argv: list[str]) -> int:
    """`argv`: the pid to die with, or 0 to outlive the starter."""
    become_private()  # supervisord's own setting is for daemons only
    allow_many_files()
    starter = int(argv[0])
    if starter:
        die_with_parent(starter, signal.SIGTERM)
    instance = Instance.of(config())
    with instance.manager_lock.open("a+") as lock:
        if not _taken(lock):
            return 1
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        os.environ[MANAGER_VARIABLE] = str(os.getpid())
        _run(instance)
    return 0


def _taken(lock: IO[str]) -> bool:
    """Who asks whether a manager runs holds the lock for a moment."""
    deadline = time.monotonic() + _LOCK_SECONDS
    while not try_lock(lock):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _run(instance: Instance) -> None:
    options = ServerOptions()
    options.realize(["-c", str(instance.manager_configuration)])
    options.first, options.test = True, False
    outlive_full_disks()
    try:
        Manager(options, instance.restarts_file).main()
    except asyncore.ExitNow:  # how supervisord leaves its loop when told to end
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
