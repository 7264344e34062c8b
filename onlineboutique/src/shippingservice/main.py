"""Shipping: a quote for the cart, and a tracking id for an order."""

import logging
import random
import string
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import grpc

from shippingservice.habits import HABITS
from shoplib import money, server
from shoplib.hipstershop_pb2 import (
    Address,
    GetQuoteRequest,
    GetQuoteResponse,
    Money,
    ShipOrderRequest,
    ShipOrderResponse,
)
from shoplib.hipstershop_pb2_grpc import ShippingServiceServicer, add_ShippingServiceServicer_to_server

FLAT_RATE: Final = Money(currency_code="USD", units=8, nanos=990_000_000)
FREE: Final = Money(currency_code="USD")

logger = logging.getLogger("shippingservice")


def tracking_id(address: Address) -> str:
    """Two letters, then digits that carry the lengths of the address, as parcel services like them."""
    letters = "".join(random.choices(string.ascii_uppercase, k=2))  # noqa: S311 - not a secret
    middle = f"{len(address.street_address)}{random.randrange(1000):03d}"  # noqa: S311
    return f"{letters}-{middle}-{len(address.city)}{random.randrange(10_000_000):07d}"  # noqa: S311


class ShippingService(ShippingServiceServicer):
    async def GetQuote(self, request: GetQuoteRequest, context: grpc.aio.ServicerContext) -> GetQuoteResponse:
        logger.info("[GetQuote] received request")
        pieces = sum(item.quantity for item in request.items)
        cost = FLAT_RATE if pieces else FREE
        logger.info("[GetQuote] completed request: %d items, %s", pieces, money.text(cost))
        return GetQuoteResponse(cost_usd=cost)

    async def ShipOrder(self, request: ShipOrderRequest, context: grpc.aio.ServicerContext) -> ShipOrderResponse:
        logger.info("[ShipOrder] received request")
        tracking = tracking_id(request.address)
        logger.info("[ShipOrder] completed request: tracking id %s", tracking)
        return ShipOrderResponse(tracking_id=tracking)


@asynccontextmanager
async def register(target: grpc.aio.Server) -> AsyncIterator[None]:
    add_ShippingServiceServicer_to_server(ShippingService(), target)
    yield


def main() -> None:
    server.run("shippingservice", register, HABITS)


if __name__ == "__main__":
    main()
