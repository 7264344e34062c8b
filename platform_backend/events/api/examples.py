"""Bodies that the API's schema shows as examples."""

from typing import Final

REQUEST: Final = {"kind": "rolling-restart", "service": "cartservice", "parameters": {"pause_s": 5}}
EVENT: Final = {
    "id": "7c0d3b52-0d0b-4d8e-9a6e-0a4c8f1c2e33",
    "kind": "rolling-restart",
    "service": "cartservice",
    "parameters": {"pause_s": 5},
    "duration_s": 0.0,
    "campaign_step": None,
    "state": "ended",
    "stop_requested": False,
    "start": 1767603600120000,
    "end": 1767603609340000,
    "end_reason": "completed",
    "error": "",
    "detail": {},
    "pods": [
        {"pod": "cartservice-1", "start": 1767603600120000, "end": 1767603602100000},
        {"pod": "cartservice-0", "start": 1767603607110000, "end": 1767603609330000},
    ],
    "created_by": "admin",
    "created_at": "2026-01-05T09:00:00.000000Z",
}
KIND: Final = {
    "name": "load-surge",
    "title": "Load surge",
    "help": "Many times the visitors for a while.",
    "parameters": [
        {
            "name": "factor",
            "type": "number",
            "help": "Of the load that is set.",
            "unit": "",
            "bounds": [[1.1, 10]],
            "choices": [],
            "required": False,
            "default": 2,
            "format": "any",
            "protocol_bounds": [],
            "names": [],
        }
    ],
    "lasts": True,
    "supported": True,
    "reason": "",
}
