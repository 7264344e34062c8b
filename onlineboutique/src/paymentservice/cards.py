"""Checks of credit cards. No number leaves this module whole."""

from dataclasses import dataclass
from datetime import date

from shoplib.hipstershop_pb2 import CreditCardInfo

_ACCEPTED = {"4": "visa", "5": "mastercard"}


class CardRefused(ValueError):
    """The message is for the customer."""


@dataclass(frozen=True, slots=True)
class Card:
    """A card that may be charged."""

    brand: str
    last_digits: str


def check(info: CreditCardInfo, today: date) -> Card:
    """Raises CardRefused."""
    digits = info.credit_card_number.replace("-", "").replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and 13 <= len(digits) <= 19 and _luhn(digits)):
        raise CardRefused("credit card info is invalid")
    if digits[0] not in _ACCEPTED:
        raise CardRefused("this card type is not accepted; only VISA or MasterCard is accepted")
    year, month = info.credit_card_expiration_year, info.credit_card_expiration_month
    if not 1 <= month <= 12 or (year, month) < (today.year, today.month):
        raise CardRefused(f"your credit card (ending {digits[-4:]}) expired on {month}/{year}")
    return Card(_ACCEPTED[digits[0]], digits[-4:])


def _luhn(digits: str) -> bool:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
