"""What a sender of TCP remembers: its segments, its round trips, and the recovery from a loss."""

from typing import Any, Final

LEAST_RTO: Final = 0.2


class Segment:
    __slots__ = ("acknowledged", "arrived", "items", "lost", "number", "sent", "size", "tries")

    def __init__(self, number: int) -> None:
        self.number = number
        self.items: list[Any] = []
        self.size = 0
        self.sent, self.tries = 0.0, 0
        self.arrived = self.acknowledged = self.lost = False


class Recovery:
    """The time from a noticed loss until all is acknowledged that was under way then; `until` None: no such time."""

    __slots__ = ("delivered", "fast", "in_vain", "repeated", "sent", "threshold", "until", "window")

    def __init__(
        self, until: int | None = None, *, fast: bool = False, window: float = 0.0, threshold: float = 0.0
    ) -> None:
        self.until = until  # number of the last segment under way
        self.fast = fast  # noticed by acknowledgements, not by a timeout
        self.window, self.threshold = window, threshold  # before it
        self.delivered = self.sent = 0
        self.repeated = self.in_vain = 0  # segments sent once more; those of them that had arrived before

    @property
    def timed_out(self) -> bool:
        return self.until is not None and not self.fast

    @property
    def needless(self) -> bool:
        return self.until is not None and 0 < self.repeated <= self.in_vain


class RoundTrips:
    """Smoothed round-trip time as RFC 6298 and Linux have it."""

    __slots__ = ("least", "smooth", "variation")

    def __init__(self) -> None:
        self.least = self.smooth = self.variation = 0.0

    @property
    def timeout(self) -> float:
        return self.smooth + max(LEAST_RTO, 4 * self.variation)

    def add(self, sample: float) -> None:
        if not self.smooth:
            self.least = self.smooth = sample
            self.variation = sample / 2
            return
        self.least = min(self.least, sample)
        self.variation += (abs(sample - self.smooth) - self.variation) / 4
        self.smooth += (sample - self.smooth) / 8
