"""Bodies that the API's schema shows as examples."""

from typing import Any, Final

from dataset_builder.knobs import Knobs

READY: Final[dict[str, Any]] = {
    "id": "3f0c2a8e-6f5b-4d8e-9a57-6c1c3a0f1b22",
    "name": "checkout-abort",
    "notes": "",
    "campaign": None,
    "format": "csv",
    "knobs": Knobs(trace_sampling=0.1).to_record(),
    "origin": "built",
    "keep": False,
    "state": "ready",
    "cancel_requested": False,
    "progress": {
        "phase": "",
        "rows_done": 61350,
        "rows_total": 61350,
        "bytes_written": 8912345,
        "seconds_left": None,
    },
    "size": 1203456,
    "digest": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "counts": {
        "tables": {"logs": 18200, "spans": 21050, "samples": 22100},
        "metrics": {"container_memory_rss": 3600},
        "faults": {"http-abort": 1},
    },
    "error": "",
    "warnings": [],
    "created_by": "admin",
    "created_at": "2026-01-05T09:06:00Z",
    "finished_at": "2026-01-05T09:06:05Z",
    "from": 1767603600000000,
    "to": 1767603900000000,
}
QUEUED: Final = READY | {
    "state": "queued",
    "progress": {"phase": "", "rows_done": 0, "rows_total": 0, "bytes_written": 0, "seconds_left": None},
    "size": None,
    "digest": "",
    "counts": {},
    "finished_at": None,
}
REQUEST: Final = {
    "name": "checkout-abort",
    "format": "csv",
    "from": "2026-01-05T09:00:00Z",
    "to": "2026-01-05T09:05:00Z",
    "knobs": {"trace_sampling": 0.1},
}
IMPORTING: Final = QUEUED | {"origin": "imported", "format": "", "knobs": {}, "from": None, "to": None}
CARD: Final[dict[str, Any]] = {
    "card": {"card_version": 1, "name": "checkout-abort", "format": "csv", "licence": "CC-BY-4.0", "gaps": []},
    "answers": {"card_version": 1, "injections": [], "normal": [{"start": 1767603600000000, "end": 1767603900000000}]},
    "warnings": [],
}
