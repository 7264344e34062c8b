"""What users send, checked."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from frontend.backends import OFFERED
from shoplib.hipstershop_pb2 import Address, CreditCardInfo, PlaceOrderRequest

MOST_PIECES: Final = 10
LONGEST_TEXT: Final = 200
FORM_TYPE: Final = "application/x-www-form-urlencoded"


class BadInput(ValueError):
    """The message is for the user: which field, and what was expected."""


async def read(request: web.Request) -> Mapping[str, Any]:
    """The fields of a posted form. Raises BadInput."""
    unreadable = BadInput(f"the form can't be read; send it as {FORM_TYPE}, in UTF-8")
    if request.content_type != FORM_TYPE:
        raise unreadable
    try:
        return await request.post()
    except (ValueError, LookupError, web.RequestPayloadError):  # LookupError: a charset that nobody knows
        raise unreadable from None


def text(form: Mapping[str, Any], field: str) -> str:
    value = form.get(field)
    if not isinstance(value, str) or not value.strip():
        raise BadInput(f"{field} is missing")
    if len(value) > LONGEST_TEXT:
        raise BadInput(f"{field} is longer than {LONGEST_TEXT} characters")
    return value.strip()


def number(form: Mapping[str, Any], field: str, lowest: int, highest: int) -> int:
    value = text(form, field)
    if not (value.isascii() and value.isdigit() and lowest <= int(value) <= highest):
        raise BadInput(f"{field} is {value!r}; expected a number from {lowest} to {highest}")
    return int(value)


def cart_item(form: Mapping[str, Any]) -> tuple[str, int]:
    """(product id, quantity)."""
    return text(form, "product_id"), number(form, "quantity", 1, MOST_PIECES)


def currency(form: Mapping[str, Any]) -> str:
    code = text(form, "currency_code")
    if code not in OFFERED:
        raise BadInput(f"currency_code is {code!r}; expected one of {', '.join(OFFERED)}")
    return code


def order(form: Mapping[str, Any], user_id: str, user_currency: str) -> PlaceOrderRequest:
    return PlaceOrderRequest(
        user_id=user_id,
        user_currency=user_currency,
        email=text(form, "email"),
        address=_address(form),
        credit_card=_card(form),
    )


def _address(form: Mapping[str, Any]) -> Address:
    return Address(
        street_address=text(form, "street_address"),
        zip_code=number(form, "zip_code", 0, 999_999_999),
        city=text(form, "city"),
        state=text(form, "state"),
        country=text(form, "country"),
    )


def _card(form: Mapping[str, Any]) -> CreditCardInfo:
    return CreditCardInfo(
        credit_card_number=text(form, "credit_card_number"),
        credit_card_expiration_month=number(form, "credit_card_expiration_month", 1, 12),
        credit_card_expiration_year=number(form, "credit_card_expiration_year", 2000, 9999),
        credit_card_cvv=number(form, "credit_card_cvv", 0, 9999),
    )
