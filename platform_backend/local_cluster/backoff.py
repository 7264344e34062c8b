"""How long to wait before something that keeps dying is started again."""

from dataclasses import dataclass
from typing import Final

STEPS: Final = (0.0, 1.0, 2.0, 4.0, 8.0, 10.0)
# A process that ran this long counts as healthy: its next death is a first one.
HEALTHY_AFTER: Final = 30.0


@dataclass(slots=True)
class Backoff:
    """At once first, then ever later up to 10 s; starts over after a run of 30 s."""

    failures: int = 0

    def delay_after(self, ran_seconds: float) -> float:
        if ran_seconds >= HEALTHY_AFTER:
            self.failures = 0
        delay = STEPS[min(self.failures, len(STEPS) - 1)]
        self.failures += 1
        return delay
