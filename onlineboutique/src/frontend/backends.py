"""What the pages need from the other services."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

import grpc

from shoplib.channel import DEADLINE_S, Channel
from shoplib.environment import required
from shoplib.errors import describe
from shoplib.hipstershop_pb2 import (
    Ad,
    AddItemRequest,
    AdRequest,
    CartItem,
    CurrencyConversionRequest,
    Empty,
    EmptyCartRequest,
    GetCartRequest,
    GetProductRequest,
    GetQuoteRequest,
    ListRecommendationsRequest,
    Money,
    OrderResult,
    PlaceOrderRequest,
    Product,
)
from shoplib.hipstershop_pb2_grpc import (
    AdServiceStub,
    CartServiceStub,
    CheckoutServiceStub,
    CurrencyServiceStub,
    ProductCatalogServiceStub,
    RecommendationServiceStub,
    ShippingServiceStub,
)

# An order takes several calls one after the other.
ORDER_DEADLINE_S: Final = 5.0
# The shop trades in these; the currency service knows more.
OFFERED: Final = ("USD", "EUR", "CAD", "JPY", "GBP", "TRY")

logger = logging.getLogger("frontend")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Backends:
    """Each method is one thing that a page shows or does. AioRpcError where the page can't go without it."""

    ad: AdServiceStub
    cart: CartServiceStub
    catalog: ProductCatalogServiceStub
    checkout: CheckoutServiceStub
    currency: CurrencyServiceStub
    recommendation: RecommendationServiceStub
    shipping: ShippingServiceStub

    async def currencies(self) -> list[str]:
        answer = await self.currency.GetSupportedCurrencies(Empty())
        known = set(answer.currency_codes)
        return [code for code in OFFERED if code in known]

    async def products(self) -> list[Product]:
        return list((await self.catalog.ListProducts(Empty())).products)

    async def product(self, product_id: str) -> Product:
        found: Product = await self.catalog.GetProduct(GetProductRequest(id=product_id))
        return found

    async def convert(self, amount: Money, currency: str) -> Money:
        request = CurrencyConversionRequest(**{"from": amount}, to_code=currency)
        converted: Money = await self.currency.Convert(request)
        return converted

    async def converted(self, amounts: Iterable[Money], currency: str) -> list[Money]:
        return list(await asyncio.gather(*(self.convert(amount, currency) for amount in amounts)))

    async def cart_of(self, user_id: str) -> list[CartItem]:
        return list((await self.cart.GetCart(GetCartRequest(user_id=user_id))).items)

    async def add_to_cart(self, user_id: str, product_id: str, quantity: int) -> None:
        item = CartItem(product_id=product_id, quantity=quantity)
        await self.cart.AddItem(AddItemRequest(user_id=user_id, item=item))

    async def empty_cart(self, user_id: str) -> None:
        await self.cart.EmptyCart(EmptyCartRequest(user_id=user_id))

    async def shipping_cost(self, items: list[CartItem], currency: str) -> Money:
        quote = await self.shipping.GetQuote(GetQuoteRequest(items=items))
        return await self.convert(quote.cost_usd, currency)

    async def place_order(self, order: PlaceOrderRequest) -> OrderResult:
        placed: OrderResult = (await self.checkout.PlaceOrder(order)).order
        return placed

    async def recommendations(self, user_id: str, seen: Iterable[str]) -> list[Product]:
        """Empty when they can't be had: a page is whole without them."""
        return await _or_empty("get product recommendations", self._recommended(user_id, seen))

    async def ads(self, categories: Iterable[str]) -> list[Ad]:
        """Empty when they can't be had."""
        return await _or_empty("retrieve ads", self._ads(categories))

    async def _recommended(self, user_id: str, seen: Iterable[str]) -> list[Product]:
        request = ListRecommendationsRequest(user_id=user_id, product_ids=seen)
        answer = await self.recommendation.ListRecommendations(request)
        return list(await asyncio.gather(*(self.product(product_id) for product_id in answer.product_ids)))

    async def _ads(self, categories: Iterable[str]) -> list[Ad]:
        return list((await self.ad.GetAds(AdRequest(context_keys=categories))).ads)


async def _or_empty(doing: str, call: Awaitable[list[T]]) -> list[T]:
    try:
        return await call
    except grpc.aio.AioRpcError as error:
        logger.warning("failed to %s: %s", doing, describe(error))
        return []


@asynccontextmanager
async def connect() -> AsyncIterator[Backends]:
    async with AsyncExitStack() as stack:

        async def channel(variable: str, deadline_s: float = DEADLINE_S) -> Channel:
            return await stack.enter_async_context(Channel(required(variable), deadline_s=deadline_s))

        yield Backends(
            ad=AdServiceStub(await channel("AD_SERVICE_ADDR")),
            cart=CartServiceStub(await channel("CART_SERVICE_ADDR")),
            catalog=ProductCatalogServiceStub(await channel("PRODUCT_CATALOG_SERVICE_ADDR")),
            checkout=CheckoutServiceStub(await channel("CHECKOUT_SERVICE_ADDR", ORDER_DEADLINE_S)),
            currency=CurrencyServiceStub(await channel("CURRENCY_SERVICE_ADDR")),
            recommendation=RecommendationServiceStub(await channel("RECOMMENDATION_SERVICE_ADDR")),
            shipping=ShippingServiceStub(await channel("SHIPPING_SERVICE_ADDR")),
        )
