"""Simulated shoppers. Needs a process of its own: gevent replaces parts of the standard library."""

# First, before anything can hold on to what gevent replaces.
from loadgenerator.shoppers import LoadGenerator  # isort: skip

import json
import logging
import os
import signal
from typing import Final

import gevent
from gevent.event import Event

from loadgenerator.control import listen
from loadgenerator.profiles import DEFAULT_PERIOD_S, Profile, checked
from loadgenerator.rates import checked_rate
from loadgenerator.traffic import Traffic
from shoplib import logs
from shoplib.environment import identity, listen_host, listen_port, required

DEFAULT_RATE: Final = "10"
DEFAULT_SEED: Final = "1"

logger = logging.getLogger("loadgenerator")


def profile() -> Profile:
    """Of LOAD_PROFILE, LOAD_PERIOD_S, and for a replay LOAD_SERIES (a JSON list). Raises BadProfile."""
    return checked(
        os.environ.get("LOAD_PROFILE", "constant"),
        float(os.environ.get("LOAD_PERIOD_S", DEFAULT_PERIOD_S)),
        json.loads(os.environ.get("LOAD_SERIES", "[]")),
    )


def main() -> None:
    logs.configure(identity("loadgenerator"))
    generator = LoadGenerator(
        host=f"http://{required('FRONTEND_ADDR')}",
        traffic=Traffic(
            seed=int(os.environ.get("LOAD_SEED", DEFAULT_SEED)),
            rate=checked_rate(float(os.environ.get("LOAD_RATE", DEFAULT_RATE))),
            profile=profile(),
            mistakes=float(os.environ.get("NOISE_MISTAKES", "0")),
        ),
    )
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, stopping.set)
    server = listen(generator, listen_host(), listen_port())
    generator.start()
    logger.info("listening on %s:%d", listen_host(), listen_port())
    stopping.wait()
    server.stop(timeout=1)
    generator.stop()
    logger.info("stopped")


if __name__ == "__main__":
    main()
