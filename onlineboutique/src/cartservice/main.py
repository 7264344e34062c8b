"""What each user has put into the cart, kept in redis-cart."""

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import grpc

from cartservice.habits import HABITS
from cartservice.store import CartStore, connect
from shoplib import server
from shoplib.environment import required
from shoplib.errors import Refused
from shoplib.hipstershop_pb2 import AddItemRequest, Cart, CartItem, Empty, EmptyCartRequest, GetCartRequest
from shoplib.hipstershop_pb2_grpc import CartServiceServicer, add_CartServiceServicer_to_server

# Added at once. The sum in a cart then stays far below what an int32 holds.
MOST_PIECES: Final = 1000

logger = logging.getLogger("cartservice")


class CartService(CartServiceServicer):
    def __init__(self, store: CartStore) -> None:
        self._store = store

    async def AddItem(self, request: AddItemRequest, context: grpc.aio.ServicerContext) -> Empty:
        item = request.item
        logger.info(
            "AddItemAsync called with userId=%s, productId=%s, quantity=%d",
            request.user_id,
            item.product_id,
            item.quantity,
        )
        _check(request)
        await self._store.add(request.user_id, item.product_id, item.quantity)
        return Empty()

    async def GetCart(self, request: GetCartRequest, context: grpc.aio.ServicerContext) -> Cart:
        logger.info("GetCartAsync called with userId=%s", request.user_id)
        _check_user(request.user_id)
        found = await self._store.get(request.user_id)
        items = [CartItem(product_id=product_id, quantity=quantity) for product_id, quantity in found.items()]
        return Cart(user_id=request.user_id, items=items)

    async def EmptyCart(self, request: EmptyCartRequest, context: grpc.aio.ServicerContext) -> Empty:
        logger.info("EmptyCartAsync called with userId=%s", request.user_id)
        _check_user(request.user_id)
        await self._store.empty(request.user_id)
        return Empty()


def _check(request: AddItemRequest) -> None:
    """Raises Refused: what is stored once can't be refused when it is read."""
    _check_user(request.user_id)
    if not request.item.product_id:
        raise Refused(grpc.StatusCode.INVALID_ARGUMENT, "product_id is missing")
    if not 1 <= request.item.quantity <= MOST_PIECES:
        raise Refused(
            grpc.StatusCode.INVALID_ARGUMENT, f"quantity is {request.item.quantity}; expected 1 to {MOST_PIECES}"
        )


def _check_user(user_id: str) -> None:
    if not user_id:
        raise Refused(grpc.StatusCode.INVALID_ARGUMENT, "user_id is missing")


@asynccontextmanager
async def register(target: grpc.aio.Server) -> AsyncIterator[None]:
    address = required("REDIS_ADDR")
    async with connect(address, os.environ.get("REDIS_PASSWORD", "")) as redis:
        add_CartServiceServicer_to_server(CartService(CartStore(redis, address)), target)
        yield


def main() -> None:
    server.run("cartservice", register, HABITS)


if __name__ == "__main__":
    main()
