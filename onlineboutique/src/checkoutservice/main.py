"""Turns a cart into an order: price it, charge the card, ship, empty the cart, confirm by mail."""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from functools import reduce
from typing import TypeVar

import grpc

from checkoutservice.backends import Backends, connect
from checkoutservice.habits import HABITS
from shoplib import money, server
from shoplib.errors import Refused, describe, upstream_failed
from shoplib.hipstershop_pb2 import (
    Address,
    CartItem,
    ChargeRequest,
    CurrencyConversionRequest,
    EmptyCartRequest,
    GetCartRequest,
    GetProductRequest,
    GetQuoteRequest,
    Money,
    OrderItem,
    OrderResult,
    PlaceOrderRequest,
    PlaceOrderResponse,
    SendOrderConfirmationRequest,
    ShipOrderRequest,
)
from shoplib.hipstershop_pb2_grpc import CheckoutServiceServicer, add_CheckoutServiceServicer_to_server

logger = logging.getLogger("checkoutservice")

T = TypeVar("T")


async def needed(doing: str, call: Awaitable[T]) -> T:
    """The order fails when this fails, and says at which step."""
    try:
        return await call
    except grpc.aio.AioRpcError as error:
        raise upstream_failed(doing, error) from error


def total(shipping: Money, items: list[OrderItem]) -> Money:
    return reduce(money.add, (money.multiply(line.cost, line.item.quantity) for line in items), shipping)


class CheckoutService(CheckoutServiceServicer):
    def __init__(self, backends: Backends) -> None:
        self._backends = backends

    async def PlaceOrder(self, request: PlaceOrderRequest, context: grpc.aio.ServicerContext) -> PlaceOrderResponse:
        logger.info("[PlaceOrder] user_id=%s user_currency=%s", request.user_id, request.user_currency)
        cart = await self._cart(request.user_id)
        items, shipping_cost = await asyncio.gather(
            self._priced(cart, request.user_currency), self._quote(request.address, cart, request.user_currency)
        )
        await self._charge(request, total(shipping_cost, items))
        tracking_id = await self._ship(request.address, cart)
        order = OrderResult(
            order_id=str(uuid.uuid4()),
            shipping_tracking_id=tracking_id,
            shipping_cost=shipping_cost,
            shipping_address=request.address,
            items=items,
        )
        await self._after_shipping(request, order)
        logger.info("[PlaceOrder] completed: order_id=%s items=%d", order.order_id, len(items))
        return PlaceOrderResponse(order=order)

    async def _cart(self, user_id: str) -> list[CartItem]:
        cart = await needed("get user cart", self._backends.cart.GetCart(GetCartRequest(user_id=user_id)))
        if not cart.items:
            raise Refused(grpc.StatusCode.FAILED_PRECONDITION, "the cart is empty; add a product first")
        return list(cart.items)

    async def _priced(self, cart: list[CartItem], currency: str) -> list[OrderItem]:
        return list(await asyncio.gather(*(self._line(item, currency) for item in cart)))

    async def _line(self, item: CartItem, currency: str) -> OrderItem:
        request = GetProductRequest(id=item.product_id)
        product = await needed(f"get product #{item.product_id}", self._backends.catalog.GetProduct(request))
        return OrderItem(item=item, cost=await self._convert(product.price_usd, currency))

    async def _convert(self, amount: Money, currency: str) -> Money:
        request = CurrencyConversionRequest(**{"from": amount}, to_code=currency)
        return await needed("convert currency", self._backends.currency.Convert(request))

    async def _quote(self, address: Address, cart: list[CartItem], currency: str) -> Money:
        request = GetQuoteRequest(address=address, items=cart)
        quote = await needed("get shipping quote", self._backends.shipping.GetQuote(request))
        return await self._convert(quote.cost_usd, currency)

    async def _charge(self, request: PlaceOrderRequest, amount: Money) -> None:
        charge = ChargeRequest(amount=amount, credit_card=request.credit_card)
        charged = await needed("charge card", self._backends.payment.Charge(charge))
        logger.info("payment went through (transaction_id: %s)", charged.transaction_id)

    async def _ship(self, address: Address, cart: list[CartItem]) -> str:
        request = ShipOrderRequest(address=address, items=cart)
        shipped = await needed("ship order", self._backends.shipping.ShipOrder(request))
        return shipped.tracking_id

    async def _after_shipping(self, request: PlaceOrderRequest, order: OrderResult) -> None:
        """The order stands whatever happens here."""
        cart = EmptyCartRequest(user_id=request.user_id)
        await optional(f"empty the cart of {request.user_id}", self._backends.cart.EmptyCart(cart))
        mail = SendOrderConfirmationRequest(email=request.email, order=order)
        sending = self._backends.email.SendOrderConfirmation(mail)
        if await optional(f"send order confirmation to {request.email}", sending):
            logger.info("order confirmation email sent to %s", request.email)


async def optional(doing: str, call: Awaitable[object]) -> bool:
    """Whether it worked; a failure is only logged."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        logger.warning("failed to %s: %s", doing, describe(error))
        return False
    return True


@asynccontextmanager
async def register(target: grpc.aio.Server) -> AsyncIterator[None]:
    async with connect() as backends:
        add_CheckoutServiceServicer_to_server(CheckoutService(backends), target)
        yield


def main() -> None:
    server.run("checkoutservice", register, HABITS)


if __name__ == "__main__":
    main()
