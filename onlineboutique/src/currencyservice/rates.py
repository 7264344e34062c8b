"""Exchange rates: how much of each currency one euro buys. Fixed, so that prices do not move between runs."""

from decimal import Decimal
from typing import Final

from shoplib import money
from shoplib.hipstershop_pb2 import Money

PER_EURO: Final = {
    code: Decimal(rate)
    for code, rate in {
        "EUR": "1.0",
        "USD": "1.1305",
        "JPY": "126.40",
        "BGN": "1.9558",
        "CZK": "25.592",
        "DKK": "7.4609",
        "GBP": "0.85970",
        "HUF": "315.51",
        "PLN": "4.2996",
        "RON": "4.7463",
        "SEK": "10.5375",
        "CHF": "1.1360",
        "ISK": "136.80",
        "NOK": "9.8040",
        "HRK": "7.4210",
        "RUB": "74.4208",
        "TRY": "6.1247",
        "AUD": "1.6072",
        "BRL": "4.2682",
        "CAD": "1.5128",
        "CNY": "7.5857",
        "HKD": "8.8743",
        "IDR": "15999.40",
        "ILS": "4.0875",
        "INR": "79.4320",
        "KRW": "1275.05",
        "MXN": "21.7999",
        "MYR": "4.6289",
        "NZD": "1.6679",
        "PHP": "59.083",
        "SGD": "1.5349",
        "THB": "36.012",
        "ZAR": "16.0583",
    }.items()
}

MOST_UNITS: Final = 2**63 - 1  # the wire format has an int64


class UnknownCurrency(ValueError):
    def __init__(self, code: str) -> None:
        super().__init__(f"currency {code!r} is not supported; GetSupportedCurrencies lists those that are")


class BadAmount(ValueError):
    """The message says what is wrong with it."""


def convert(amount: Money, to_code: str) -> Money:
    """Rounded down to whole nanos. Raises UnknownCurrency, BadAmount."""
    rate = _per_euro(to_code) / _per_euro(amount.currency_code)
    if abs(amount.nanos) >= money.NANOS or amount.units * amount.nanos < 0:
        raise BadAmount(f"nanos is {amount.nanos}; expected less than a whole unit, with the sign of the units")
    converted = int(money.to_nanos(amount) * rate)
    if abs(converted) // money.NANOS > MOST_UNITS:
        raise BadAmount(f"{amount.units} {amount.currency_code} are too many to be told in {to_code}")
    return money.from_nanos(to_code, converted)


def _per_euro(code: str) -> Decimal:
    try:
        return PER_EURO[code]
    except KeyError:
        raise UnknownCurrency(code) from None
