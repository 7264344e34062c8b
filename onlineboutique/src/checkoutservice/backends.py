"""The services that an order needs."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from shoplib.channel import Channel
from shoplib.environment import required
from shoplib.hipstershop_pb2_grpc import (
    CartServiceStub,
    CurrencyServiceStub,
    EmailServiceStub,
    PaymentServiceStub,
    ProductCatalogServiceStub,
    ShippingServiceStub,
)


@dataclass(frozen=True, slots=True)
class Backends:
    cart: CartServiceStub
    catalog: ProductCatalogServiceStub
    currency: CurrencyServiceStub
    email: EmailServiceStub
    payment: PaymentServiceStub
    shipping: ShippingServiceStub


@asynccontextmanager
async def connect() -> AsyncIterator[Backends]:
    async with AsyncExitStack() as stack:

        async def channel(variable: str) -> Channel:
            return await stack.enter_async_context(Channel(required(variable)))

        yield Backends(
            cart=CartServiceStub(await channel("CART_SERVICE_ADDR")),
            catalog=ProductCatalogServiceStub(await channel("PRODUCT_CATALOG_SERVICE_ADDR")),
            currency=CurrencyServiceStub(await channel("CURRENCY_SERVICE_ADDR")),
            email=EmailServiceStub(await channel("EMAIL_SERVICE_ADDR")),
            payment=PaymentServiceStub(await channel("PAYMENT_SERVICE_ADDR")),
            shipping=ShippingServiceStub(await channel("SHIPPING_SERVICE_ADDR")),
        )
