"""What keeps faults from being injected: an emergency stop, and pods that did not recover."""

from dataclasses import dataclass
from typing import Final

from cli.api import Api
from cli.console import CliError
from cli.paths import EMERGENCY_STOP, QUARANTINE
from platform_backend.config import Config

_PATIENCE: Final = 3.0


@dataclass(frozen=True, slots=True)
class Safety:
    """Both in words, for `status`."""

    block: str = ""
    quarantine: tuple[str, ...] = ()


def safety(settings: Config) -> Safety:
    """Nothing when the platform does not answer, which `status` says anyway."""
    try:
        with Api(settings, _PATIENCE) as api:
            stop, kept = api.get(EMERGENCY_STOP), api.get(QUARANTINE)
    except CliError:
        return Safety()
    block = f"FAULTS ARE BLOCKED by {stop['by']}: {stop['reason']}. Allow them again: ./microservo release"
    return Safety(
        block if stop["blocked"] else "",
        tuple(
            f"{entry['pod']} HAS NOT RECOVERED and takes no faults. {entry['reason']}. "
            f"Look after it, then: ./microservo release --pod {entry['pod']}"
            for entry in kept
        ),
    )
