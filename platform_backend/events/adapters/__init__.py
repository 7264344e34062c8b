"""The adapters of EventDriver by their config.yaml name. Events are of the system, so they go by its adapter."""

from functools import lru_cache
from typing import Final, cast

from common.registry import load_adapter
from events.ports import EventDriver
from platform_backend.config import config

ADAPTERS: Final = {
    "local": "events.adapters.local:LocalEventDriver",
    "fake": "events.adapters.fake:FakeEventDriver",
}


@lru_cache(maxsize=1)
def event_driver() -> EventDriver:
    """The driver of the system that adapters.system names."""
    return cast(EventDriver, load_adapter("adapters.system", config().adapters.system, ADAPTERS)())
