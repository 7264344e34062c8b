"""Canonical telemetry records. Times are UTC integer microseconds since the epoch; durations are microseconds."""

from dataclasses import dataclass

from telemetry_store.schemas import SCHEMAS, TABLES, TableName
from telemetry_store.window import Window

__all__ = ["SCHEMAS", "TABLES", "LogRecord", "Sample", "Span", "TableName", "Window"]


@dataclass(frozen=True, slots=True)
class LogRecord:
    log_id: int
    timestamp: int
    service: str
    pod: str
    level: str
    message: str
    trace_id: str | None = None
    span_id: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    timestamp: int
    duration: int
    trace_id: str
    span_id: str
    parent_span_id: str | None
    service: str
    pod: str
    operation_name: str
    kind: str
    type: str
    status_code: int

    @property
    def is_error(self) -> bool:
        return self.status_code >= 500 if self.type == "http" else self.status_code != 0


@dataclass(frozen=True, slots=True)
class Sample:
    timestamp: int
    service: str
    pod: str
    metric: str
    labels: str
    value: float
