"""What can be wrong with a network link, and how it shapes the bytes that pass. Plain values, no I/O."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Literal

# request: caller to callee; response: callee to caller.
Direction = Literal["request", "response"]
DIRECTIONS: Final[tuple[Direction, ...]] = ("request", "response")

PERCENTAGES: Final = ("correlation", "loss", "reset")


@dataclass(frozen=True, slots=True)
class Impairment:
    """Percentages are 0 to 100. The default is a clean link."""

    latency_ms: float = 0.0
    jitter_ms: float = 0.0  # standard deviation of the latency
    correlation: float = 0.0  # percent: how much a latency, or a loss, resembles the one before
    loss: float = 0.0  # percent of segments
    bandwidth: int = 0  # bytes per second; 0 is unlimited
    partition: bool = False  # nothing passes
    reset: float = 0.0  # percent of segments that reset their connection

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value < 0 or (field.name in PERCENTAGES and value > 100):
                raise ValueError(f"impairment: {field.name} is {value!r}, out of range")

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Impairment":
        try:
            return cls(**raw)
        except TypeError as error:
            raise ValueError(f"impairment: {error}") from None


class Link:
    """One impaired link, shared by all lanes that cross it; holds what outlives a single chunk of bytes."""

    __slots__ = ("_free", "_lost", "_noise", "_rng", "impairment")

    def __init__(self, impairment: Impairment, rng: random.Random | None = None) -> None:
        self.impairment = impairment
        self._rng = rng or random.Random()  # noqa: S311 - network noise, not a secret
        self._noise = self._rng.gauss(0.0, 1.0)
        self._free = 0.0
        self._lost = self._chance(impairment.loss)

    def loses(self) -> bool:
        """Whether the next segment gets lost.

        A chain of two states: the share of losses is exactly `loss`, and `correlation` is that of neighbours. (netem
        mixes random numbers instead, by which a correlation changes the share too.)
        """
        loss = self.impairment.loss
        if loss:
            bias = 100.0 if self._lost else 0.0
            weight = self.impairment.correlation / 100
            self._lost = self._chance(weight * bias + (1 - weight) * loss)
        return bool(loss) and self._lost

    def resets(self) -> bool:
        """Whether the next segment resets its connection."""
        return bool(self.impairment.reset) and self._chance(self.impairment.reset)

    def _chance(self, percent: float) -> bool:
        return self._rng.random() * 100 < percent

    def arrival(self, sent: float, size: int) -> float:
        """When `size` bytes sent at `sent` (seconds) come out at the other end."""
        if self.impairment.bandwidth:
            self._free = sent = max(self._free, sent) + size / self.impairment.bandwidth
        return sent + self._latency()

    def _latency(self) -> float:
        impairment = self.impairment
        if not impairment.jitter_ms:
            return impairment.latency_ms / 1000
        # AR(1): each draw resembles the last by `correlation`, and the spread stays that of the jitter.
        weight = impairment.correlation / 100
        self._noise = weight * self._noise + (1 - weight**2) ** 0.5 * self._rng.gauss(0.0, 1.0)
        return max(0.0, impairment.latency_ms + impairment.jitter_ms * self._noise) / 1000
