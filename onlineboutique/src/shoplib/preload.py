"""Imports all that the forked services need, so that their processes share these pages.

Import it before forking: it starts no thread, no event loop, no channel and no server.
"""

import encodings.idna  # the first connection of each process would load it

import grpc.aio
import opentelemetry.instrumentation.grpc._aio_client  # both are else loaded by each process: 1.3 MB of its own
import opentelemetry.instrumentation.grpc._aio_server
import redis.asyncio

import adservice.main
import cartservice.main
import checkoutservice.main
import currencyservice.main
import emailservice.main
import frontend.main
import paymentservice.main
import productcatalogservice.main
import recommendationservice.main
import shippingservice.main
from shoplib import logs, tracing

__all__ = [
    "adservice",
    "cartservice",
    "checkoutservice",
    "currencyservice",
    "emailservice",
    "encodings",
    "frontend",
    "grpc",
    "opentelemetry",
    "paymentservice",
    "productcatalogservice",
    "recommendationservice",
    "redis",
    "shippingservice",
]

logs.set_levels(
    "adservice",
    "cartservice",
    "checkoutservice",
    "currencyservice",
    "emailservice",
    "frontend",
    "paymentservice",
    "productcatalogservice",
    "recommendationservice",
    "shippingservice",
)
tracing.rehearse()
