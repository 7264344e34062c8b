"""Paths below /api/v1 that several commands ask. Imports nothing, as `stop-all` must not wait."""

from typing import Final

EMERGENCY_STOP: Final = "/faults/emergency-stop"
QUARANTINE: Final = "/faults/quarantine"
LOAD: Final = "/system/load"
