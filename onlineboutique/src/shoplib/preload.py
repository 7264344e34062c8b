"""Imports all that the forked services need, so that their processes share these pages.

Import it before forking: it starts no thread, no event loop, no channel and no server.
"""

import grpc.aio
import redis.asyncio
import requests

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

__all__ = [
    "adservice",
    "cartservice",
    "checkoutservice",
    "currencyservice",
    "emailservice",
    "frontend",
    "grpc",
    "paymentservice",
    "productcatalogservice",
    "recommendationservice",
    "redis",
    "requests",
    "shippingservice",
]
