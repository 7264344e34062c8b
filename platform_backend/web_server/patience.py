"""How slow a client may be: no total time, so that 20 GB may take a day, but a least rate."""

from dataclasses import dataclass, field

from web_server import limits


@dataclass(slots=True)
class Patience:
    """Seconds that a client may still keep us waiting. Waiting spends them, bytes that move earn them back."""

    left: float = field(default_factory=lambda: limits.CREDIT_S)

    def waited(self, seconds: float, *, moved: int) -> None:
        self.left = min(limits.CREDIT_S, self.left - seconds + moved / limits.BYTES_PER_S)

    @property
    def is_over(self) -> bool:
        return self.left <= 0
