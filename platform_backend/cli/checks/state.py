"""The state folder, before anything is written to it."""

from collections.abc import Iterator
from typing import Final

from cli.checks.words import change
from platform_backend.config import Config

# What a start has made there, or a file system that was made for it.
_OURS: Final = frozenset({"run", "logs", "secrets", "telemetry", "datasets", "cluster", "static", "microservo.sqlite3"})
_NOT_OURS_BUT_WELCOME: Final = frozenset({"lost+found"})


def holds_only_ours(settings: Config) -> Iterator[str]:
    """A start closes all that it finds there to others, so it must not be somebody's folder of documents."""
    try:
        found = {entry.name for entry in settings.state.iterdir()} - _NOT_OURS_BUT_WELCOME
    except OSError:
        return  # not there yet, or not ours: who makes it says so
    if found and not found & _OURS:
        some = ", ".join(sorted(found)[:3])
        yield (
            f"state_dir is {settings.state_dir!r}: {settings.state} holds other things ({some}); expected a new or "
            f"empty folder; {change('state_dir')}"
        )
