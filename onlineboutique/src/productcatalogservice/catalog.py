"""What the shop sells. Ids are those of Online Boutique, so that links to its products work here."""

import json
from pathlib import Path
from typing import Any, Final

from shoplib.hipstershop_pb2 import Money, Product

_FILE: Final = Path(__file__).with_name("products.json")


def _product(entry: dict[str, Any]) -> Product:
    units, nanos = divmod(entry["price_usd_cents"] * 10_000_000, 1_000_000_000)
    return Product(
        id=entry["id"],
        name=entry["name"],
        description=entry["description"],
        picture=f"/static/products/{entry['picture']}.svg",
        price_usd=Money(currency_code="USD", units=units, nanos=nanos),
        categories=entry["categories"],
    )


PRODUCTS: Final = {entry["id"]: _product(entry) for entry in json.loads(_FILE.read_text(encoding="utf-8"))}


def search(query: str) -> list[Product]:
    wanted = query.lower()
    return [
        product
        for product in PRODUCTS.values()
        if wanted in product.name.lower() or wanted in product.description.lower()
    ]
