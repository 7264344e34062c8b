"""Recommends products that the user does not look at already."""

import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import grpc

from recommendationservice.habits import HABITS
from shoplib import server
from shoplib.channel import Channel
from shoplib.environment import required
from shoplib.errors import upstream_failed
from shoplib.hipstershop_pb2 import Empty, ListRecommendationsRequest, ListRecommendationsResponse
from shoplib.hipstershop_pb2_grpc import (
    ProductCatalogServiceStub,
    RecommendationServiceServicer,
    add_RecommendationServiceServicer_to_server,
)

MOST: Final = 4
# Shorter than what callers wait, so that a slow catalogue is reported, not just felt.
CATALOG_DEADLINE_S: Final = 2.5

logger = logging.getLogger("recommendationservice")


class RecommendationService(RecommendationServiceServicer):
    def __init__(self, catalog: ProductCatalogServiceStub) -> None:
        self._catalog = catalog

    async def ListRecommendations(
        self, request: ListRecommendationsRequest, context: grpc.aio.ServicerContext
    ) -> ListRecommendationsResponse:
        try:
            listed = await self._catalog.ListProducts(Empty())
        except grpc.aio.AioRpcError as error:
            raise upstream_failed("list the products", error) from error
        others = sorted({product.id for product in listed.products} - set(request.product_ids))
        chosen = random.sample(others, min(MOST, len(others)))
        logger.info("[Recv ListRecommendations] product_ids=%s", chosen)
        return ListRecommendationsResponse(product_ids=chosen)


@asynccontextmanager
async def register(target: grpc.aio.Server) -> AsyncIterator[None]:
    async with Channel(required("PRODUCT_CATALOG_SERVICE_ADDR"), deadline_s=CATALOG_DEADLINE_S) as channel:
        service = RecommendationService(ProductCatalogServiceStub(channel))
        add_RecommendationServiceServicer_to_server(service, target)
        yield


def main() -> None:
    server.run("recommendationservice", register, HABITS)


if __name__ == "__main__":
    main()
