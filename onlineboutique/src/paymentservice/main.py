"""Charges credit cards; no real money moves."""

import logging
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import grpc

from paymentservice.cards import CardRefused, check
from paymentservice.habits import HABITS
from shoplib import money, server
from shoplib.errors import Refused
from shoplib.hipstershop_pb2 import ChargeRequest, ChargeResponse
from shoplib.hipstershop_pb2_grpc import PaymentServiceServicer, add_PaymentServiceServicer_to_server

logger = logging.getLogger("paymentservice")


class PaymentService(PaymentServiceServicer):
    async def Charge(self, request: ChargeRequest, context: grpc.aio.ServicerContext) -> ChargeResponse:
        logger.info("PaymentService#Charge invoked with amount %s", money.text(request.amount))
        try:
            card = check(request.credit_card, datetime.now(UTC).date())
        except CardRefused as refusal:
            raise Refused(grpc.StatusCode.INVALID_ARGUMENT, str(refusal)) from None
        logger.info(
            "Transaction processed: %s ending %s Amount: %s", card.brand, card.last_digits, money.text(request.amount)
        )
        return ChargeResponse(transaction_id=str(uuid.uuid4()))


@asynccontextmanager
async def register(target: grpc.aio.Server) -> AsyncIterator[None]:
    add_PaymentServiceServicer_to_server(PaymentService(), target)
    yield


def main() -> None:
    server.run("paymentservice", register, HABITS)


if __name__ == "__main__":
    main()
