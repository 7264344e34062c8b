"""What the API's description shows of campaigns."""

from typing import Any, Final

FILE: Final[dict[str, Any]] = {
    "name": "slow-carts",
    "seed": 7,
    "load": 10,
    "shape": "rca",
    "duration": 60,
    "normal_before": 120,
    "normal_after": 120,
    "pause_jitter": 30,
    "steady": {"error_ratio": 0.05, "latency_p95_ms": 1000},
    "stop": [{"error_ratio": 0.9, "then": "campaign"}],
    "matrix": [{"fault": "network-delay", "services": ["cartservice"], "parameters": {"latency_ms": [100, 300]}}],
}
TEXT: Final = """\
name: slow-carts
seed: 7
load: 10          # requests per second
shape: rca
duration: 60      # seconds, as are the next three
normal_before: 120
normal_after: 120
pause_jitter: 30
steady: {error_ratio: 0.05, latency_p95_ms: 1000}
stop:
  - {error_ratio: 0.9, then: campaign}
matrix:
  - fault: network-delay
    services: [cartservice]
    parameters: {latency_ms: [100, 300]}
"""
_PARAMETERS: Final = {"latency_ms": 300, "jitter_ms": 0, "correlation": 0, "direction": "to", "target": ""}
PLANNED_STEP: Final[dict[str, Any]] = {
    "id": "5d7a5a3c-6f1e-5b5c-9d7c-0f6f0a4f0e11",
    "index": 0,
    "group": 0,
    "is_event": False,
    "fault": "network-delay",
    "service": "cartservice",
    "pods": "one",
    "parameters": _PARAMETERS,
    "duration_s": 60.0,
    "after_s": 0.0,
    "pause_s": 196.1,
    "allow_last_replica": False,
    "repeat": 1,
}
_DIGEST: Final = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
PLAN: Final[dict[str, Any]] = {
    "name": "slow-carts",
    "seed": 7,
    "digest": _DIGEST,
    "expected_s": 581.1,
    "steps": [PLANNED_STEP],
    "cases": [{"group": 0, "begins_s": 198, "before_s": 138, "after_s": 203, "each_side_s": 138}],
    "warnings": [],
}
STEP: Final[dict[str, Any]] = {
    "id": "0b8e7c1e-2f35-5f0e-8e55-3f4c5d6e7f80",
    "plan_id": PLANNED_STEP["id"],
    "index": 0,
    "group": 0,
    "is_event": False,
    "fault": "network-delay",
    "service": "cartservice",
    "pods": "one",
    "parameters": _PARAMETERS,
    "duration_s": 60.0,
    "after_s": 0.0,
    "pause_s": 196.1,
    "allow_last_replica": False,
    "repeat": 1,
    "state": "done",
    "reason": "",
    "injection": "0d7e42d4-6d2c-4f4e-9d3a-2b9f5c1e8a77",
    "event": None,
    "effect": "confirmed",
    "unusable": "",
    "started_at": "2026-01-05T09:03:16.000000Z",
    "finished_at": "2026-01-05T09:06:38.000000Z",
}
CAMPAIGN: Final[dict[str, Any]] = {
    "id": "6a1c2f0e-98b7-4c0e-8f3b-5b1d0e7f9a10",
    "name": "slow-carts",
    "seed": 7,
    "digest": _DIGEST,
    "state": "running",
    "reason": "",
    "steps_done": 1,
    "steps_total": 2,
    "steps_failed": 0,
    "steps_skipped": 0,
    "steps_unusable": 0,
    "expected_s": 581.1,
    "created_by": "admin",
    "created_at": "2026-01-05T09:00:00.000000Z",
    "started_at": "2026-01-05T09:00:00.200000Z",
    "finished_at": None,
}
PROGRESS: Final = {"steps_done": 1, "steps_total": 2, "current": 1, "seconds_left": 181.5}
DETAIL: Final[dict[str, Any]] = CAMPAIGN | {"progress": PROGRESS, "text": TEXT, "content": FILE, "steps": [STEP]}
SKETCH: Final[dict[str, Any]] = {
    "valid": True,
    "places": [],
    "campaign": "slow-carts",
    "digest": _DIGEST,
    "steps": 2,
    "expected_s": 581.1,
}
LIBRARY_FILE: Final = {
    "name": "quickstart",
    "description": "Three faults whose symptoms differ.",
    "text": TEXT,
    "sketch": SKETCH,
}
SAVED: Final[dict[str, Any]] = {
    "id": "c1f7a1de-2c3b-4f0e-8a53-7c0e5a4b9d21",
    "name": "slow carts",
    "notes": "for the talk",
    "version": 1,
    "created_by": "ada",
    "created_at": "2026-01-05T09:00:00.000000Z",
    "updated_at": "2026-01-05T09:00:00.000000Z",
}
SAVED_DETAIL: Final[dict[str, Any]] = SAVED | {"text": TEXT, "sketch": SKETCH}
SAVED_VERSION: Final = {
    "version": 1,
    "text": TEXT,
    "created_by": "ada",
    "created_at": "2026-01-05T09:00:00.000000Z",
}
