"""The adapters of the telemetry port by their config.yaml names."""

from collections.abc import Mapping
from typing import Final

ADAPTERS: Final[Mapping[str, str]] = {
    "embedded": "telemetry.adapters.embedded:EmbeddedTelemetry",
    "fake": "telemetry.adapters.fake:FakeTelemetry",
}
