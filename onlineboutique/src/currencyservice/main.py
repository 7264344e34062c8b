"""Converts amounts between currencies. Has the most calls of all services of the shop."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc

from currencyservice.habits import HABITS
from currencyservice.rates import PER_EURO, BadAmount, UnknownCurrency, convert
from shoplib import server
from shoplib.errors import Refused
from shoplib.hipstershop_pb2 import CurrencyConversionRequest, Empty, GetSupportedCurrenciesResponse, Money
from shoplib.hipstershop_pb2_grpc import CurrencyServiceServicer, add_CurrencyServiceServicer_to_server

logger = logging.getLogger("currencyservice")


class CurrencyService(CurrencyServiceServicer):
    async def GetSupportedCurrencies(
        self, request: Empty, context: grpc.aio.ServicerContext
    ) -> GetSupportedCurrenciesResponse:
        logger.info("Getting supported currencies...")
        return GetSupportedCurrenciesResponse(currency_codes=PER_EURO)

    async def Convert(self, request: CurrencyConversionRequest, context: grpc.aio.ServicerContext) -> Money:
        # "from" is a keyword of Python, not of protobuf.
        amount = getattr(request, "from")
        try:
            converted = convert(amount, request.to_code)
        except (UnknownCurrency, BadAmount) as error:
            raise Refused(grpc.StatusCode.INVALID_ARGUMENT, f"conversion request failed: {error}") from None
        logger.info("conversion request successful")
        return converted


@asynccontextmanager
async def register(target: grpc.aio.Server) -> AsyncIterator[None]:
    add_CurrencyServiceServicer_to_server(CurrencyService(), target)
    yield


def main() -> None:
    server.run("currencyservice", register, HABITS)


if __name__ == "__main__":
    main()
