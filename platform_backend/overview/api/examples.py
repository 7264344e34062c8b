"""Bodies that the API's schema shows as examples."""

from typing import Any, Final

CONFIG: Final[dict[str, Any]] = {
    "version": "0.1.0",
    "mode": "embedded",
    "adapters": {"system": "local", "faults": "local", "telemetry": "embedded"},
    "url": "http://127.0.0.1:8000",
    "shop_url": "http://127.0.0.1:8080",
    "telemetry": {"sample_interval_s": 1.0, "retention_hours": 72.0, "retention_bytes": 10_000_000_000},
    "faults": {"default_duration_s": 60.0, "max_duration_s": 3600.0, "protected_services": ["loadgenerator"]},
    "campaigns": {"largest_bytes": 262_144},
    "datasets": {
        "formats": ["csv", "openrca", "parquet", "rcaeval"],
        "licence": "not stated",
        "max_window_hours": 24.0,
        "keep_days": None,
        "quota_bytes": None,
        "used_bytes": 1_048_576,
        "max_upload_bytes": 20_000_000_000,
        "max_unpacked_bytes": 200_000_000_000,
    },
    "accounts": {
        "registration": "invitation",
        "languages": ["en", "zh"],
        "roles": ["viewer", "researcher", "operator", "admin"],
        "mails": False,
    },
}
STATUS: Final[dict[str, Any]] = {
    "well": True,
    "parts": [{"name": "web", "state": "running", "since": 1_767_603_600_000_000, "restarts": 0}],
    "pods": {"total": 14, "ready": 14, "not_ready": [], "restarts": 2},
    "queues": {"tasks": 0, "builds_queued": 0, "builds_running": 1},
    "telemetry": {"logs": 1_767_603_659_812_000, "spans": 1_767_603_659_640_000, "samples": 1_767_603_659_000_000},
    "disk": {"total_bytes": 500_000_000_000, "free_bytes": 120_000_000_000, "datasets_bytes": 1_048_576},
    "faults": {"emergency_stop": None, "quarantine": [], "open_injections": 1},
    "campaign": None,
    "sandbox": {"level": "none", "reason": "This version runs no uploaded algorithms."},
    "unknown": [],
}
ACTIVITY: Final[dict[str, Any]] = {
    "id": 7,
    "at": "2026-01-05T09:00:00Z",
    "actor": "ada",
    "action": "injection.create",
    "subject": "0d7e42d4-6d2c-4f4e-9d3a-2b9f5c1e8a77",
    "params": {"actor": "ada", "kind": "pod-failure", "pods": "cartservice-0"},
    "text": "ada injected pod-failure into cartservice-0",
}
CALENDAR: Final[dict[str, Any]] = {
    "from": "2026-01-05T00:00:00Z",
    "to": "2026-01-06T00:00:00Z",
    "entries": [
        {
            "id": "experiment:5c0d9a4e-9a0e-4c43-8f5e-0f8f6a3f1b11:2026-01-05T09:30:00Z",
            "origin": "experiment",
            "state": "planned",
            "kind": "network-delay",
            "is_event": False,
            "start": "2026-01-05T09:30:00Z",
            "end": "2026-01-05T09:31:00Z",
            "start_measured": False,
            "end_measured": False,
            "title": "slow cart in office hours",
            "services": ["cartservice"],
            "pods": [],
            "reason": "",
            "created_by": "ada",
            "injection": None,
            "experiment": "5c0d9a4e-9a0e-4c43-8f5e-0f8f6a3f1b11",
            "campaign": None,
            "campaign_step": None,
            "event": None,
        }
    ],
    "left_out": [
        {
            "state": "planned",
            "before": None,
            "after": "2026-01-05T13:00:00Z",
            "experiment": "5c0d9a4e-9a0e-4c43-8f5e-0f8f6a3f1b11",
            "title": "slow cart in office hours",
        }
    ],
}

_NODE: Final = {
    "service": "frontend",
    "ready": 1,
    "total": 1,
    "rate": 12.5,
    "error_ratio": 0.0,
    "p95": 45_000.0,
    "faults": [],
}
_QUIET: Final = _NODE | {
    "service": "cartservice",
    "rate": 0.0,
    "error_ratio": None,
    "p95": None,
    "faults": ["pod-failure"],
}
TOPOLOGY: Final = {"from": 1767603600000000, "to": 1767604500000000, "nodes": [_NODE, _QUIET], "edges": []}
