"""How far times of labels may be apart that are meant to be the same."""

from dataclasses import dataclass
from typing import Final

from microservo_sdk.manifest import Manifest
from microservo_sdk.moments import MICROSECONDS

TRUTH: Final = "the labels are not those of this telemetry; build the dataset again"
ROUNDING_S: Final = 1
_MOST_JITTER_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Tolerance:
    seconds: float

    def allows(self, moment: int | None, second: float) -> bool:
        """Whether `second` may stand for a moment in microseconds."""
        return moment is not None and abs(second - moment / MICROSECONDS) <= self.seconds


def tolerance_of(manifest: Manifest) -> Tolerance:
    return Tolerance(ROUNDING_S + jitter_of(manifest))


def jitter_of(manifest: Manifest) -> float:
    """Seconds by which the knob `onset_jitter_s` may have moved labels."""
    knobs = manifest.content.get("knobs")
    jitter = knobs.get("onset_jitter_s", 0) if isinstance(knobs, dict) else 0
    return float(jitter) if isinstance(jitter, int | float) and 0 <= jitter < _MOST_JITTER_S else 0.0
