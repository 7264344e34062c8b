"""The adapters of SystemDriver by their config.yaml name."""

from functools import lru_cache
from typing import Final, cast

from common.registry import load_adapter
from platform_backend.config import config
from systems.ports import SystemDriver

ADAPTERS: Final = {
    "local": "systems.adapters.local:LocalSystemDriver",
    "fake": "systems.adapters.fake:FakeSystemDriver",
}


@lru_cache(maxsize=1)
def system_driver() -> SystemDriver:
    """The driver that adapters.system names."""
    return cast(SystemDriver, load_adapter("adapters.system", config().adapters.system, ADAPTERS)())
