"""What the command line says when a command fails for a reason that is no command's own."""

import errno
import os
from typing import NoReturn

import pytest

from cli import __main__ as entry
from cli.commands import status


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> object:
    def fail(error: OSError) -> None:
        def run(_: object) -> NoReturn:
            raise error

        monkeypatch.setattr(status, "run", run)
        monkeypatch.setattr(entry, "become_private", lambda: None)

    return fail


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_one_line(failing: object, capsys: pytest.CaptureFixture[str], number: int) -> None:
    failing(OSError(number, os.strerror(number), "/data/state/run/change.lock"))  # type: ignore[operator]
    assert entry.main(["status"]) == 1
    complaint = capsys.readouterr().err
    assert complaint.startswith("microservo: /data/state/run/change.lock: ")
    assert complaint.endswith("free some space there and call this again\n")


def test_another_error_is_ours(failing: object) -> None:
    failing(OSError(errno.EIO, "broken"))  # type: ignore[operator]
    with pytest.raises(OSError, match="broken"):
        entry.main(["status"])
