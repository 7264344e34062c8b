"""What a healthy service does besides serving: what it says of its calls, how it fails now and then, what it keeps up.

The lists of each service stand in its `habits.py`; `behaviour.py` acts by them. In a text, {call} is the method that is
served, {served} the calls served so far, {took} the milliseconds that something took; every other name stands for a
value made up anew each time (`_MAKERS`; a digit after the name tells two of them apart).
"""

import random
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import grpc

# After these a caller may ask again: the service has not begun.
PASSING: Final = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.ABORTED})

_PRODUCTS: Final = ("66VCHSJNUP", "1YMWWN1N4O", "L9ECAV7KIM", "2ZYFJ3GM2N", "0PUK6V6EV0", "LS4PSXUNUM", "9SIQT8TOJO")
_CURRENCIES: Final = ("EUR", "USD", "JPY", "CAD", "GBP", "TRY")
_CARRIERS: Final = ("dhl", "ups", "fedex", "dpd", "gls")
_REGIONS: Final = ("eu-west-1", "eu-central-1", "us-east-1", "us-west-2", "ap-south-1")


@dataclass(frozen=True, slots=True)
class Failure:
    """Ends a call with `code`; without one, by an exception that nobody expected."""

    text: str
    code: grpc.StatusCode | None = None

    @property
    def passes(self) -> bool:
        return self.code in PASSING


@dataclass(frozen=True, slots=True)
class Job:
    """Done from time to time: usually `done`; now and then one of `warnings` before it; seldom it fails by `error`."""

    name: str
    done: str
    warnings: tuple[str, ...]
    error: str


@dataclass(frozen=True, slots=True)
class Habits:
    """`seldom`: how often things go wrong relative to what is configured. Busy services fail less often by the call,
    or their failures would add up on each page that needs many of their calls.
    """

    seldom: float = 1.0
    debug: tuple[str, ...] = ()
    slow: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    jobs: tuple[Job, ...] = ()


def passing(*texts: str) -> tuple[Failure, ...]:
    return tuple(Failure(text, grpc.StatusCode.UNAVAILABLE) for text in texts)


def exhausted(*texts: str) -> tuple[Failure, ...]:
    return tuple(Failure(text, grpc.StatusCode.RESOURCE_EXHAUSTED) for text in texts)


def unexpected(*texts: str) -> tuple[Failure, ...]:
    return tuple(Failure(text) for text in texts)


def fill(text: str, rng: random.Random, known: Mapping[str, object]) -> str:
    return text.format_map(_Values(rng, known))


class _Values(dict[str, Any]):
    def __init__(self, rng: random.Random, known: Mapping[str, object]) -> None:
        super().__init__(known)
        self._random = rng

    def __missing__(self, name: str) -> object:
        return _MAKERS[name.rstrip("0123456789")](self._random)


_MAKERS: Final[Mapping[str, Callable[[random.Random], object]]] = {
    "n": lambda rng: rng.randint(2, 400),
    "few": lambda rng: rng.randint(2, 9),
    "ms": lambda rng: rng.randint(2, 450),
    "s": lambda rng: rng.randint(2, 90),
    "kb": lambda rng: rng.randint(12, 4096),
    "pct": lambda rng: f"{rng.uniform(1, 99):.1f}",
    "hex": lambda rng: f"{rng.getrandbits(32):08x}",
    "id": lambda rng: uuid.UUID(int=rng.getrandbits(128), version=4),
    "ip": lambda rng: f"10.{rng.randint(0, 31)}.{rng.randint(0, 255)}.{rng.randint(1, 254)}",
    "port": lambda rng: rng.randint(32768, 60999),
    "sku": lambda rng: rng.choice(_PRODUCTS),
    "cur": lambda rng: rng.choice(_CURRENCIES),
    "carrier": lambda rng: rng.choice(_CARRIERS),
    "region": lambda rng: rng.choice(_REGIONS),
    "amount": lambda rng: f"{rng.uniform(5, 900):.2f}",
}
