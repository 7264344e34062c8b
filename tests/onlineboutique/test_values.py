"""Money, rates, cards, quotes: plain values."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from currencyservice.rates import PER_EURO, UnknownCurrency, convert
from paymentservice.cards import CardRefused, check
from shoplib import money
from shoplib.hipstershop_pb2 import CreditCardInfo, Money

amounts = st.integers(-(10**18), 10**18)


@given(nanos=amounts)
def test_money_survives_a_round_trip(nanos: int) -> None:
    amount = money.from_nanos("USD", nanos)
    assert money.to_nanos(amount) == nanos
    assert amount.units * amount.nanos >= 0
    assert abs(amount.nanos) < money.NANOS


@given(left=amounts, right=amounts, factor=st.integers(0, 9))
def test_money_arithmetic_is_exact(left: int, right: int, factor: int) -> None:
    one, other = money.from_nanos("EUR", left), money.from_nanos("EUR", right)
    assert money.to_nanos(money.add(one, other)) == left + right
    assert money.to_nanos(money.multiply(one, factor)) == left * factor


def test_different_currencies_do_not_add() -> None:
    with pytest.raises(ValueError, match="can't add USD and EUR"):
        money.add(Money(currency_code="USD"), Money(currency_code="EUR"))


@pytest.mark.parametrize(
    ("units", "nanos", "text"),
    [(18, 990_000_000, "USD 18.99"), (0, 5_000_000, "USD 0.00"), (-1, -500_000_000, "USD -1.50"), (0, 0, "USD 0.00")],
)
def test_money_as_text(units: int, nanos: int, text: str) -> None:
    assert money.text(Money(currency_code="USD", units=units, nanos=nanos)) == text


@given(nanos=st.integers(0, 10**15), code=st.sampled_from(sorted(PER_EURO)))
def test_conversion_there_and_back_loses_next_to_nothing(nanos: int, code: str) -> None:
    there = convert(money.from_nanos("USD", nanos), code)
    back = money.to_nanos(convert(there, "USD"))
    lost_per_rounding = 1 + float(PER_EURO["USD"] / PER_EURO[code])
    assert 0 <= nanos - back <= lost_per_rounding + 1
    assert there.currency_code == code


def test_conversion_to_the_same_currency_changes_nothing() -> None:
    amount = Money(currency_code="GBP", units=8, nanos=990_000_000)
    assert convert(amount, "GBP") == amount


def test_an_unknown_currency_is_named() -> None:
    with pytest.raises(UnknownCurrency, match="'XXX' is not supported"):
        convert(Money(currency_code="USD", units=1), "XXX")


def card(number: str = "4432-8015-6152-0454", year: int = 2039, month: int = 1) -> CreditCardInfo:
    return CreditCardInfo(
        credit_card_number=number, credit_card_expiration_year=year, credit_card_expiration_month=month
    )


def test_a_good_card_is_accepted_until_the_end_of_its_month() -> None:
    accepted = check(card(year=2026, month=11), date(2026, 11, 30))
    assert (accepted.brand, accepted.last_digits) == ("visa", "0454")
    assert check(card("5555 5555 5555 4444"), date(2026, 1, 1)).brand == "mastercard"


@pytest.mark.parametrize(
    ("refused", "told"),
    [
        (card("4432-8015-6152-0455"), "invalid"),
        (card(""), "invalid"),
        (card("4" * 40), "invalid"),
        (card("٤٤٣٢٨٠١٥٦١٥٢٠٤٥٤"), "invalid"),
        (card("378282246310005"), "only VISA or MasterCard"),
        (card(year=2026, month=10), "expired on 10/2026"),
        (card(month=13), "expired on 13/2039"),
    ],
)
def test_a_bad_card_is_refused(refused: CreditCardInfo, told: str) -> None:
    with pytest.raises(CardRefused, match=told):
        check(refused, date(2026, 11, 1))
