"""Who does what next: an endless sequence of user actions that depends on nothing but the seed.

Shoppers act in virtual time, with random think times between their actions; the order that results is the plan.
How fast it is walked through is another matter (pacing.py), so the same seed gives the same sequence at any rate.
"""

import heapq
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

SHOPPERS: Final = 40

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

# What a shopper does next, and how often relative to the others.
WEIGHTS: Final = {"home": 1, "set_currency": 2, "browse": 10, "add": 2, "view_cart": 3, "checkout": 1}

# Amex, which the shop does not take; two that are mistyped.
REFUSED_CARDS: Final = ("378282246310005", "4432-8015-6152-0455", "5555-5555-5555-4445")

# Seconds between two actions of one shopper, as a multiple of the mean.
THINK: Final = (0.2, 1.8)


@dataclass(frozen=True, slots=True)
class Action:
    """One request of one shopper. A `new_visitor` has forgotten all cookies before it."""

    shopper: int
    name: str
    method: str
    path: str
    form: tuple[tuple[str, str], ...] = ()
    new_visitor: bool = False


@dataclass(slots=True)
class Shopper:
    number: int
    random: random.Random
    mistakes: float = 0.0  # share of the choices that the shop refuses
    upcoming: list[Action] = field(default_factory=list)

    def next_action(self) -> Action:
        if not self.upcoming:
            self.upcoming = self._choose()
        return self.upcoming.pop(0)

    def _choose(self) -> list[Action]:
        if self.mistakes and self.random.random() < self.mistakes:
            return self._mistake()
        name = self.random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        if name == "checkout":
            # Something must be in the cart; after the order somebody else comes.
            return [self._action("add"), self._action("checkout"), self._action("home", new_visitor=True)]
        return [self._action(name)]

    def _mistake(self) -> list[Action]:
        kind = self.random.choice(("refused card", "empty cart", "unknown product", "bad quantity"))
        leave = self._action("home", new_visitor=True)
        match kind:
            case "refused card":
                card = self.random.choice(REFUSED_CARDS)
                return [self._action("add"), self._action("checkout", wrong={"credit_card_number": card}), leave]
            case "empty cart":
                return [leave, self._action("checkout"), leave]
            case "bad quantity":
                return [self._action("add", wrong={"quantity": str(self.random.choice((0, 11, 100)))})]
        return [Action(self.number, "browse", "GET", f"/product/{self.random.getrandbits(40):010X}")]

    def _action(self, name: str, *, new_visitor: bool = False, wrong: Mapping[str, str] | None = None) -> Action:
        method, path, form = _REQUESTS[name](self.random)
        return Action(self.number, name, method, path, tuple((form | dict(wrong or {})).items()), new_visitor)


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


def actions(seed: int, shoppers: int = SHOPPERS, mistakes: float = 0.0) -> Iterator[Action]:
    """Endless. Shoppers are independent: each has its own random numbers."""
    crowd = [Shopper(number, random.Random(f"{seed}:{number}"), mistakes) for number in range(shoppers)]  # noqa: S311
    due = [(shopper.random.random(), shopper.number) for shopper in crowd]
    heapq.heapify(due)
    while True:
        when, number = due[0]
        shopper = crowd[number]
        yield shopper.next_action()
        heapq.heapreplace(due, (when + shopper.random.uniform(*THINK), number))
