"""What a visitor does: an endless sequence of actions that depends on nothing but the seed and the visit's number."""

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

PRODUCTS: Final = (
    "0PUK6V6EV0",
    "1YMWWN1N4O",
    "2ZYFJ3GM2N",
    "66VCHSJNUP",
    "6E92ZMYYFZ",
    "9SIQT8TOJO",
    "L9ECAV7KIM",
    "LS4PSXUNUM",
    "OLJCESPC7Z",
)
CURRENCIES: Final = ("EUR", "USD", "JPY", "CAD", "GBP", "TRY")
# Amex, which the shop does not take; two that are mistyped.
REFUSED_CARDS: Final = ("378282246310005", "4432-8015-6152-0455", "5555-5555-5555-4445")

# What a visitor does next, and how often relative to the others: on average, for what is wanted drifts.
WEIGHTS: Final = {"home": 1, "set_currency": 2, "browse": 10, "add": 2, "view_cart": 3, "checkout": 1.5}
DRIFT: Final = 0.35
DRIFTS_IN: Final = 900  # visits; each weight has its own phase


@dataclass(frozen=True, slots=True)
class Action:
    """One request of one shopper. A `new_visitor` has forgotten all cookies before it."""

    shopper: int
    name: str
    method: str
    path: str
    form: tuple[tuple[str, str], ...] = ()
    new_visitor: bool = False


class Visit:
    """The `number`-th of a seed, by one of the shoppers. The first action is that of a new visitor."""

    def __init__(self, seed: int, number: int, shopper: int, mistakes: float = 0.0) -> None:
        self.shopper = shopper
        self.random = random.Random(f"{seed}:{number}")  # noqa: S311 - reproducible
        self._weights = weights(seed, number)
        self._mistakes = mistakes
        self._upcoming: list[Action] = []
        self._is_new = True

    def __iter__(self) -> Iterator[Action]:
        return self

    def __next__(self) -> Action:
        if not self._upcoming:
            self._upcoming = self._choose()
        return self._upcoming.pop(0)

    def _choose(self) -> list[Action]:
        if self._mistakes and self.random.random() < self._mistakes:
            return self._mistake()
        name = self.random.choices(list(self._weights), list(self._weights.values()))[0]
        if name == "checkout":
            return [*self._filled(), self._action("checkout")]
        return [self._action(name)]

    def _mistake(self) -> list[Action]:
        match self.random.choice(("refused card", "empty cart", "unknown product", "bad quantity")):
            case "refused card":
                card = self.random.choice(REFUSED_CARDS)
                return [*self._filled(), self._action("checkout", {"credit_card_number": card})]
            case "empty cart":
                self._is_new = True
                return [self._action("home"), self._action("checkout")]
            case "bad quantity":
                return [self._action("add", {"quantity": str(self.random.choice((0, 11, 100)))})]
        return [self._made("browse", "GET", f"/product/{self.random.getrandbits(40):010X}", {})]

    def _filled(self) -> list[Action]:
        """Something must be in the cart, which a visitor gets with the first page."""
        first = [self._action("home")] if self._is_new else []
        return [*first, self._action("add")]

    def _action(self, name: str, wrong: Mapping[str, str] | None = None) -> Action:
        method, path, form = _REQUESTS[name](self.random)
        return self._made(name, method, path, form | dict(wrong or {}))

    def _made(self, name: str, method: str, path: str, form: dict[str, str]) -> Action:
        is_new, self._is_new = self._is_new, False
        return Action(self.shopper, name, method, path, tuple(form.items()), is_new)


def weights(seed: int, number: int) -> dict[str, float]:
    """Of the actions of a visit: they drift from visit to visit, each around its own mean."""
    phases = random.Random(f"{seed}:drift")  # noqa: S311
    return {
        name: weight * (1 + DRIFT * math.sin(2 * math.pi * (number / DRIFTS_IN + phases.random())))
        for name, weight in WEIGHTS.items()
    }


Request = tuple[str, str, dict[str, str]]


def _home(_: random.Random) -> Request:
    return "GET", "/", {}


def _browse(rng: random.Random) -> Request:
    return "GET", f"/product/{rng.choice(PRODUCTS)}", {}


def _view_cart(_: random.Random) -> Request:
    return "GET", "/cart", {}


def _add(rng: random.Random) -> Request:
    return "POST", "/cart", {"product_id": rng.choice(PRODUCTS), "quantity": str(rng.choice((1, 2, 3, 4, 5, 10)))}


def _set_currency(rng: random.Random) -> Request:
    return "POST", "/setCurrency", {"currency_code": rng.choice(CURRENCIES)}


def _checkout(rng: random.Random) -> Request:
    form = {
        "email": f"shopper{rng.randrange(10_000)}@example.com",
        "street_address": "1600 Amphitheatre Parkway",
        "zip_code": "94043",
        "city": "Mountain View",
        "state": "CA",
        "country": "United States",
        "credit_card_number": "4432-8015-6152-0454",
        "credit_card_expiration_month": str(rng.randint(1, 12)),
        "credit_card_expiration_year": "2039",
        "credit_card_cvv": str(rng.randint(100, 999)),
    }
    return "POST", "/cart/checkout", form


_REQUESTS: Final = {
    "home": _home,
    "browse": _browse,
    "view_cart": _view_cart,
    "add": _add,
    "set_currency": _set_currency,
    "checkout": _checkout,
}
