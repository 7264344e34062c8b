"""Arithmetic on Money: exact, in whole units and nanos, as the wire format has it."""

from typing import Final

from shoplib.hipstershop_pb2 import Money

NANOS: Final = 1_000_000_000


def to_nanos(money: Money) -> int:
    return money.units * NANOS + money.nanos


def from_nanos(currency_code: str, nanos: int) -> Money:
    """Both parts carry the sign, so -1.5 is (-1, -500000000)."""
    sign = -1 if nanos < 0 else 1
    units, rest = divmod(abs(nanos), NANOS)
    return Money(currency_code=currency_code, units=sign * units, nanos=sign * rest)


def add(left: Money, right: Money) -> Money:
    if left.currency_code != right.currency_code:
        raise ValueError(f"can't add {left.currency_code} and {right.currency_code}")
    return from_nanos(left.currency_code, to_nanos(left) + to_nanos(right))


def multiply(money: Money, factor: int) -> Money:
    return from_nanos(money.currency_code, to_nanos(money) * factor)


def text(money: Money) -> str:
    """ "USD 12.34", rounded down to cents."""
    sign = "-" if to_nanos(money) < 0 else ""
    units, rest = divmod(abs(to_nanos(money)), NANOS)
    return f"{money.currency_code} {sign}{units}.{rest // 10_000_000:02d}"
