"""Bodies that the API's schema shows as examples."""

from typing import Any, Final

ME: Final = {
    "signed_in": True,
    "username": "ada",
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "language": "en",
    "time_zone": "Europe/London",
    "role": "viewer",
    "permissions": ["datasets_list", "emergency_stop_start"],
}
NOBODY: Final = ME | {"signed_in": False, "username": "", "name": "", "email": "", "role": "anyone"}
SESSION: Final = {
    "id": "5b1f0c0e-1d6f-4c39-a3d1-5f0d8c1b7a52",
    "created": "2026-01-05T09:00:00Z",
    "last_used": "2026-01-05T09:12:00Z",
    "address": "127.0.0.1",
    "agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "is_this": True,
}
USER: Final = {
    "id": 3,
    "username": "ada",
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "role": "viewer",
    "is_active": True,
    "created": "2026-01-05T09:00:00Z",
    "last_sign_in": "2026-01-06T08:30:00Z",
}
INVITATION: Final = {
    "id": "d0f6c5a4-59f1-4b6e-8a53-6f1a4f0f7d11",
    "email": "grace@example.org",
    "by": "admin",
    "created": "2026-01-05T09:00:00Z",
    "until": "2026-01-12T09:00:00Z",
}
TOKEN: Final[dict[str, Any]] = {
    "id": "8a6e0804-2bd0-4672-b79d-d97027f9071a",
    "name": "notebook",
    "role": "researcher",
    "created": "2026-01-05T09:00:00Z",
    "expiry": "2026-02-04T09:00:00Z",
    "last_used": "2026-01-06T08:30:00Z",
}
AUDIT: Final[dict[str, Any]] = {
    "id": 7,
    "at": "2026-01-05T09:00:00Z",
    "actor": "admin",
    "action": "injection.create",
    "subject": "0d7e42d4-6d2c-4f4e-9d3a-2b9f5c1e8a77",
    "detail": {"kind": "pod-failure"},
}
