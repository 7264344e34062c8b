"""Logs of the process manager that outlive a full disk.

supervisord reports a log that can't be written on its standard error, which is a file of the same disk, and by that
second error it leaves its loop: no part is restarted from then on, also when there is room again.
"""

import errno
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from supervisor import loggers

# Said in the log itself once it can be written again, for whoever wonders about the hole.
NOTICE: Final = b"\n[%d outputs could not be written here: %s]\n"


class EnduringLog(loggers.RotatingFileHandler):
    """Loses what can't be written, counts it, and goes on when there is room."""

    stream: Any
    _lost = 0
    _reason = ""

    def emit(self, record: Any) -> None:
        try:
            self._restore()
            super().emit(record)
        except OSError as error:
            self._lost += 1
            self._reason = os.strerror(error.errno or errno.EIO)
            with suppress(OSError):  # it gives up what it still holds, or the next line would come after half of this
                self.stream.close()

    def handleError(self) -> None:
        error = sys.exc_info()[1]
        if isinstance(error, OSError):
            raise error  # to `emit` above
        super().handleError()

    def close(self) -> None:
        with suppress(OSError):  # its last words don't fit; the descriptor is closed all the same
            super().close()
        self.closed = True

    def _restore(self) -> None:
        if self.stream.closed:
            self.stream = Path(self.baseFilename).open("ab")  # noqa: SIM115 - its owner closes it
        if self._lost:
            self.stream.write(NOTICE % (self._lost, self._reason.encode()))
            self.stream.flush()
            self._lost = 0


def outlive_full_disks() -> None:
    """From here on every log that supervisord opens is such a one; it has no setting for that."""
    loggers.RotatingFileHandler = EnduringLog
