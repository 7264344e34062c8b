"""The products of the shop: list, one by id, search."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc

from productcatalogservice.catalog import PRODUCTS, search
from productcatalogservice.habits import HABITS
from shoplib import server
from shoplib.errors import Refused
from shoplib.hipstershop_pb2 import (
    Empty,
    GetProductRequest,
    ListProductsResponse,
    Product,
    SearchProductsRequest,
    SearchProductsResponse,
)
from shoplib.hipstershop_pb2_grpc import ProductCatalogServiceServicer, add_ProductCatalogServiceServicer_to_server

logger = logging.getLogger("productcatalogservice")


class ProductCatalogService(ProductCatalogServiceServicer):
    async def ListProducts(self, request: Empty, context: grpc.aio.ServicerContext) -> ListProductsResponse:
        logger.info("[ListProducts] found %d products", len(PRODUCTS))
        return ListProductsResponse(products=PRODUCTS.values())

    async def GetProduct(self, request: GetProductRequest, context: grpc.aio.ServicerContext) -> Product:
        product = PRODUCTS.get(request.id)
        if product is None:
            raise Refused(grpc.StatusCode.NOT_FOUND, f"no product with ID {request.id}")
        logger.info("[GetProduct] product found: id=%s name=%s", product.id, product.name)
        return product

    async def SearchProducts(
        self, request: SearchProductsRequest, context: grpc.aio.ServicerContext
    ) -> SearchProductsResponse:
        results = search(request.query)
        logger.info("[SearchProducts] found %d products", len(results))
        return SearchProductsResponse(results=results)


@asynccontextmanager
async def register(target: grpc.aio.Server) -> AsyncIterator[None]:
    add_ProductCatalogServiceServicer_to_server(ProductCatalogService(), target)
    yield


def main() -> None:
    server.run("productcatalogservice", register, HABITS)


if __name__ == "__main__":
    main()
