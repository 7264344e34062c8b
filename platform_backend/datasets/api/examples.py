"""Bodies that the API's schema shows as examples."""

from typing import Any, Final

from dataset_builder.knobs import Knobs
from datasets.contents import (
    Card,
    CardAnswers,
    CardInjection,
    CardLabel,
    CardSeries,
    DatasetCard,
    DatasetWindow,
    KeyFigures,
    NormalTime,
    ServiceSeries,
)

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
_WINDOW: Final[dict[str, Any]] = {
    "start": 1767603600000000,
    "end": 1767603900000000,
    "start_iso": "2026-01-05T09:00:00.000000Z",
    "end_iso": "2026-01-05T09:05:00.000000Z",
}
_SERIES: Final = CardSeries(
    step_s=60,
    services={
        "checkoutservice": ServiceSeries(
            requests_per_second=[2.1, 2.0, 1.9, 2.2, 2.1],
            error_ratio=[0.0, 0.0, 0.42, 0.0, 0.0],
            latency_p95_ms=[31.7, 31.7, 5020.0, 33.8, 31.7],
            cpu_cores=[0.012, 0.011, 0.02, 0.012, 0.012],
            memory_mean_bytes=[61_000_000, 61_000_000, 61_200_000, 61_100_000, 61_100_000],
            log_rows_per_second=[4.2, 4.1, 3.0, 4.3, 4.2],
            log_error_rows_per_second=[0.0, 0.0, 0.8, 0.0, 0.0],
        )
    },
)
CARD: Final[dict[str, Any]] = DatasetCard(
    card=Card(
        card_version=3,
        name="checkout-abort",
        format="csv",
        window=DatasetWindow(**_WINDOW),
        kpis={"checkoutservice": KeyFigures(log_rows=1190, requests=618, error_ratio=0.08, latency_p95_ms=35.2)},
        licence="CC-BY-4.0",
    ),
    answers=CardAnswers(
        card_version=3,
        name="checkout-abort",
        injections=[
            CardInjection(
                injection="0d7e42d4-6d2c-4f4e-9d3a-2b9f5c1e8a77",
                kind="http-abort",
                parameters={"percent": 50},
                pods=[
                    CardLabel(
                        pod="checkoutservice-0",
                        service="checkoutservice",
                        start=1767603720120000,
                        end=1767603780340000,
                        end_reason="deadline",
                        effect="confirmed",
                    )
                ],
            )
        ],
        normal=[NormalTime(start=1767603600000000, end=1767603719120000, verdict="clean")],
    ),
    series=_SERIES,
    warnings=[],
).model_dump()
MANIFEST: Final[dict[str, Any]] = {
    "format": "csv",
    "format_version": 1,
    "name": "checkout-abort",
    "window": _WINDOW,
    "rows": {"tables": {"logs": 18200, "spans": 21050, "samples": 22100}},
    "files": {
        "log/all/log_filebeat-testbed-log-service.csv": {
            "bytes": 3012345,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "rows": 18200,
        }
    },
    "faults": [{"injection": "0d7e42d4-6d2c-4f4e-9d3a-2b9f5c1e8a77", "kind": "http-abort"}],
    "licence": "CC-BY-4.0",
}
