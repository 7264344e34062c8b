"""Bodies that the API's schema shows as examples."""

from typing import Any, Final

ME: Final = {"username": "ada", "role": "viewer", "permissions": ["datasets_list", "emergency_stop_start"]}
TOKEN: Final[dict[str, Any]] = {
    "id": "8a6e0804-2bd0-4672-b79d-d97027f9071a",
    "name": "notebook",
    "role": "researcher",
    "created": "2026-01-05T09:00:00Z",
    "expiry": "2026-02-04T09:00:00Z",
}
AUDIT: Final[dict[str, Any]] = {
    "id": 7,
    "at": "2026-01-05T09:00:00Z",
    "actor": "admin",
    "action": "injection.create",
    "subject": "0d7e42d4-6d2c-4f4e-9d3a-2b9f5c1e8a77",
    "detail": {"kind": "pod-failure"},
}
