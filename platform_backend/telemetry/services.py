"""The telemetry source that config.yaml names."""

from functools import lru_cache

from common.registry import load_adapter
from platform_backend.config import config
from telemetry.adapters import ADAPTERS
from telemetry.ports import TelemetrySource


@lru_cache(maxsize=1)
def telemetry_source() -> TelemetrySource:
    """One per process; safe to share between threads."""
    source: TelemetrySource = load_adapter("telemetry", config().adapters.telemetry, ADAPTERS).from_config(config())
    return source
