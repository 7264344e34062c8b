"""Bodies that the API's schema shows as examples."""

from typing import Final

INJECTION_ID: Final = "0d7e42d4-6d2c-4f4e-9d3a-2b9f5c1e8a77"
LABEL: Final = {
    "id": 12,
    "injection": INJECTION_ID,
    "pod": "cartservice-0",
    "service": "cartservice",
    "kind": "network-delay",
    "start": 1767603600120000,
    "end": 1767603660340000,
    "end_reason": "deadline",
    "effect": "confirmed",
    "effect_checked": True,
    "onset": 1767603601000000,
    "evidence": {"kpi": "latency", "test": "mann-whitney", "statistic": 812.0, "p_value": 0.0001, "effect_size": 0.93},
}
PARAMETERS: Final = {"latency_ms": 200, "jitter_ms": 20, "correlation": 0, "direction": "to", "target": ""}
INJECTION: Final = {
    "id": INJECTION_ID,
    "kind": "network-delay",
    "parameters": PARAMETERS,
    "targets": ["cartservice-0"],
    "duration_s": 60.0,
    "allow_last_replica": False,
    "experiment": None,
    "scheduled_for": None,
    "campaign_step": None,
    "group": None,
    "after_s": 0.0,
    "state": "recovered",
    "stop_requested": False,
    "error": "",
    "created_by": "admin",
    "requested_at": "2026-01-05T09:00:00.000000Z",
    "deadline": "2026-01-05T09:01:00.120000Z",
    "started_at": "2026-01-05T09:00:00.120000Z",
    "ended_at": "2026-01-05T09:01:00.340000Z",
    "recovery": "verified",
    "recovery_detail": "",
    "labels": [LABEL],
}
REQUEST: Final = {
    "kind": "network-delay",
    "services": ["cartservice"],
    "parameters": {"latency_ms": 200, "jitter_ms": 20},
    "duration_s": 60,
}
KIND: Final = {
    "name": "cpu-stress",
    "title": "Burn CPU",
    "help": "Workers take CPU time out of the pod's own limit.",
    "parameters": [
        {
            "name": "workers",
            "type": "integer",
            "help": "How many workers run in the pod.",
            "unit": "",
            "bounds": [[1, 64]],
            "choices": [],
            "required": False,
            "default": 1,
            "format": "any",
            "protocol_bounds": [],
            "names": [],
        }
    ],
    "protocols": [],
    "files": False,
    "at_once": False,
    "takes_down": False,
    "supported": True,
    "reason": "",
}
EXPERIMENT_ID: Final = "5c0d9a4e-9a0e-4c43-8f5e-0f8f6a3f1b11"
SCHEDULE: Final = {"type": "cron", "cron": "*/30 8-18 * * mon-fri", "time_zone": "Europe/Paris"}
NEXT: Final = "2026-01-05T09:30:00Z"
ASKED: Final = REQUEST | {"name": "slow cart in office hours", "schedule": SCHEDULE}
EXPERIMENT: Final = {
    "id": EXPERIMENT_ID,
    "name": "slow cart in office hours",
    "state": "scheduled",
    "kind": "network-delay",
    "services": ["cartservice"],
    "pods": [],
    "parameters": {"latency_ms": 200, "jitter_ms": 20},
    "duration_s": 60.0,
    "allow_last_replica": False,
    "schedule": SCHEDULE | {"next_at": NEXT},
    "revision": 1,
    "created_by": "admin",
    "created_at": "2026-01-05T08:59:00Z",
}
VERSION: Final = {
    "revision": 2,
    "created_at": "2026-01-05T09:10:00Z",
    "created_by": "admin",
    "changed": ["parameters"],
    "content": {
        "name": "slow cart in office hours",
        "kind": "network-delay",
        "services": ["cartservice"],
        "pods": [],
        "parameters": {"latency_ms": 400},
        "duration_s": 60.0,
        "allow_last_replica": False,
        "schedule": SCHEDULE | {"at": None},
    },
}
OCCURRENCE: Final = {
    "scheduled_for": "2026-01-05T09:00:00Z",
    "outcome": "injected",
    "reason": "",
    "revision": 1,
    "injection": INJECTION | {"experiment": EXPERIMENT_ID, "scheduled_for": "2026-01-05T09:00:00Z"},
}
PREVIEW: Final = {
    "possible": False,
    "pods": [{"name": "cartservice-0", "service": "cartservice", "ready": True}],
    "parameters": PARAMETERS,
    "duration_s": 60.0,
    "occurrences": [NEXT],
    "refusals": {"pods": ["cartservice-0 is in quarantine: it did not become ready; look after it, then clear it"]},
}
STOP: Final = {
    "id": "b1f4a1f0-45a1-4c0e-b2f5-5d9c6c1e0a01",
    "by": "admin",
    "reason": "customers see errors",
    "at": "2026-01-05T09:00:30Z",
}
FREE: Final = {"blocked": False, "id": None, "by": None, "reason": None, "at": None}
QUARANTINED: Final = {
    "pod": "cartservice-0",
    "reason": "latency is still five times that of before",
    "injection": INJECTION_ID,
    "since": "2026-01-05T09:02:00Z",
    "cleared_at": None,
    "cleared_by": None,
}
