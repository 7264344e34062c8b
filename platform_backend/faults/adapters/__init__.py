"""The adapters of FaultDriver by their config.yaml name."""

from functools import lru_cache
from typing import Final, cast

from common.registry import load_adapter
from faults.ports import FaultDriver
from platform_backend.config import config

ADAPTERS: Final = {
    "local": "faults.adapters.local:LocalFaultDriver",
    "fake": "faults.adapters.fake:FakeFaultDriver",
}


@lru_cache(maxsize=1)
def fault_driver() -> FaultDriver:
    """The driver that adapters.faults names."""
    return cast(FaultDriver, load_adapter("adapters.faults", config().adapters.faults, ADAPTERS)())
