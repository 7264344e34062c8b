"""Advertisements that fit the categories of what the user looks at."""

import logging
import random
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Final

import grpc

from adservice.habits import HABITS
from shoplib import server
from shoplib.hipstershop_pb2 import Ad, AdRequest, AdResponse
from shoplib.hipstershop_pb2_grpc import AdServiceServicer, add_AdServiceServicer_to_server

ADS_PER_PAGE: Final = 1

_CAMPAIGNS: Final = {
    "clothing": ("66VCHSJNUP", "Tank top for sale. 20% off."),
    "accessories": ("1YMWWN1N4O", "Watch for sale. Buy one, get second kit for free"),
    "footwear": ("L9ECAV7KIM", "Loafers for sale. Buy one, get second one for free"),
    "hair": ("2ZYFJ3GM2N", "Hairdryer for sale. 50% off."),
    "decor": ("0PUK6V6EV0", "Candle holder for sale. 30% off."),
    "kitchen": ("9SIQT8TOJO", "Bamboo glass jar for sale. 10% off."),
}

logger = logging.getLogger("adservice")


def ads_for(categories: Iterable[str]) -> list[Ad]:
    """Those of the categories; any one when no category is known."""
    fitting = [_CAMPAIGNS[category] for category in categories if category in _CAMPAIGNS]
    chosen = fitting or random.sample(list(_CAMPAIGNS.values()), ADS_PER_PAGE)
    return [Ad(redirect_url=f"/product/{product_id}", text=text) for product_id, text in chosen]


class AdService(AdServiceServicer):
    async def GetAds(self, request: AdRequest, context: grpc.aio.ServicerContext) -> AdResponse:
        logger.info("received ad request (context_words=[%s])", ", ".join(request.context_keys))
        return AdResponse(ads=ads_for(request.context_keys))


@asynccontextmanager
async def register(target: grpc.aio.Server) -> AsyncIterator[None]:
    add_AdServiceServicer_to_server(AdService(), target)
    yield


def main() -> None:
    server.run("adservice", register, HABITS)


if __name__ == "__main__":
    main()
