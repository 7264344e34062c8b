"""Writes order confirmations. The mail is made but sent nowhere."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import grpc
import jinja2

from emailservice.habits import HABITS
from shoplib import money, server
from shoplib.hipstershop_pb2 import Empty, OrderResult, SendOrderConfirmationRequest
from shoplib.hipstershop_pb2_grpc import EmailServiceServicer, add_EmailServiceServicer_to_server

_MAIL: Final = jinja2.Environment(autoescape=True).from_string(
    """<!doctype html>
<title>Your order {{ order.order_id }}</title>
<h1>Your order is confirmed</h1>
<p>Order {{ order.order_id }}, tracking id {{ order.shipping_tracking_id }}</p>
<ul>
{%- for line in order.items %}
<li>{{ line.item.quantity }} &times; {{ line.item.product_id }} at {{ text(line.cost) }}</li>
{%- endfor %}
</ul>
<p>Shipping {{ text(order.shipping_cost) }} to {{ order.shipping_address.street_address }},
{{ order.shipping_address.city }}</p>
"""
)

logger = logging.getLogger("emailservice")


def confirmation(order: OrderResult) -> str:
    return _MAIL.render(order=order, text=money.text)


class EmailService(EmailServiceServicer):
    async def SendOrderConfirmation(
        self, request: SendOrderConfirmationRequest, context: grpc.aio.ServicerContext
    ) -> Empty:
        logger.info("A request to send order confirmation email to %s has been received.", request.email)
        mail = confirmation(request.order)
        logger.info("order confirmation of %d bytes is ready for order %s", len(mail), request.order.order_id)
        return Empty()


@asynccontextmanager
async def register(target: grpc.aio.Server) -> AsyncIterator[None]:
    add_EmailServiceServicer_to_server(EmailService(), target)
    yield


def main() -> None:
    server.run("emailservice", register, HABITS)


if __name__ == "__main__":
    main()
