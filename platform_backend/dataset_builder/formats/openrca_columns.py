"""From rows of the store to the columns of OpenRCA's Market files. Vectorised: no Python per row."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dataset_builder.formats.columns import MICROSECONDS, texts

DAY_US: Final = 86_400 * MICROSECONDS
LOG_NEEDS: Final = ("log_id", "timestamp", "service", "pod", "level", "message")
LOG_COLUMNS: Final = ("log_id", "timestamp", "cmdb_id", "log_name", "value")
SPAN_NEEDS: Final = (
    "timestamp",
    "pod",
    "span_id",
    "trace_id",
    "duration",
    "type",
    "status_code",
    "operation_name",
    "parent_span_id",
)
TRACE_COLUMNS: Final = (
    "timestamp",
    "cmdb_id",
    "span_id",
    "trace_id",
    "duration",
    "type",
    "status_code",
    "operation_name",
    "parent_span",
)
SERVICE_COLUMNS: Final = ("service", "timestamp", "rr", "sr", "mrt", "count")
# The names of OpenRCA's trace files for what the store calls grpc; the others are the same.
_TYPES: Final = {"grpc": "rpc"}


def log_columns(rows: pa.Table) -> pa.Table:
    level = pc.utf8_lower(texts(rows["level"]))
    values = (
        rows["log_id"],
        pc.divide(rows["timestamp"], MICROSECONDS),
        texts(rows["pod"]),
        pc.binary_join_element_wise("log_", texts(rows["service"]), "-service_application", ""),
        pc.binary_join_element_wise("severity: ", level, ", message: ", texts(rows["message"]), ""),
    )
    return pa.table(dict(zip(LOG_COLUMNS, values, strict=True)))


def span_columns(rows: pa.Table) -> pa.Table:
    values = (
        pc.divide(rows["timestamp"], 1000),
        texts(rows["pod"]),
        texts(rows["span_id"]),
        texts(rows["trace_id"]),
        rows["duration"],
        pc.if_else(pc.equal(rows["type"], "grpc"), _TYPES["grpc"], texts(rows["type"])),
        rows["status_code"],
        texts(rows["operation_name"]),
        texts(rows["parent_span_id"]),
    )
    return pa.table(dict(zip(TRACE_COLUMNS, values, strict=True)))


def by_day(rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """The rows of each UTC day in their order, with the day as the names of OpenRCA's folders: YYYY_MM_DD."""
    days = rows["timestamp"].to_numpy() // DAY_US
    for day in np.unique(days):
        name = str(np.datetime64(int(day), "D")).replace("-", "_")
        yield name, rows if len(rows) and (days == day).all() else rows.filter(pa.array(days == day))


def in_time_order(rows: pa.Table) -> pa.Table:
    """Rows of one moment stay in their order."""
    return rows.take(pa.array(np.argsort(rows["timestamp"].to_numpy(), kind="stable")))
