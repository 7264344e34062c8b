"""Arrow schemas of the three telemetry tables. Every time is UTC, integer microseconds since the epoch."""

from typing import Final, Literal, get_args

import pyarrow as pa

TableName = Literal["logs", "spans", "samples"]
TABLES: Final[tuple[TableName, ...]] = get_args(TableName)

LOGS: Final = pa.schema(
    [
        pa.field("log_id", pa.int64(), nullable=False),  # unique, grows with the order of arrival
        pa.field("timestamp", pa.int64(), nullable=False),
        pa.field("service", pa.string(), nullable=False),
        pa.field("pod", pa.string(), nullable=False),
        pa.field("level", pa.string(), nullable=False),  # DEBUG INFO WARNING ERROR CRITICAL
        pa.field("message", pa.string(), nullable=False),
        pa.field("trace_id", pa.string()),  # 32 lower-case hex digits
        pa.field("span_id", pa.string()),  # 16 lower-case hex digits
    ]
)

SPANS: Final = pa.schema(
    [
        pa.field("timestamp", pa.int64(), nullable=False),  # start
        pa.field("duration", pa.int64(), nullable=False),  # microseconds
        pa.field("trace_id", pa.string(), nullable=False),
        pa.field("span_id", pa.string(), nullable=False),
        pa.field("parent_span_id", pa.string()),  # null: the root of its trace
        pa.field("service", pa.string(), nullable=False),
        pa.field("pod", pa.string(), nullable=False),
        pa.field("operation_name", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),  # server client internal producer consumer
        pa.field("type", pa.string(), nullable=False),  # http grpc db app
        pa.field("status_code", pa.int32(), nullable=False),  # HTTP or gRPC code; db and app: 0 ok, 2 error
    ]
)

SAMPLES: Final = pa.schema(
    [
        pa.field("timestamp", pa.int64(), nullable=False),
        pa.field("service", pa.string(), nullable=False),
        pa.field("pod", pa.string(), nullable=False),
        pa.field("metric", pa.string(), nullable=False),
        pa.field("labels", pa.string(), nullable=False),  # "key=value,key=value", sorted by key; may be empty
        pa.field("value", pa.float64(), nullable=False),
    ]
)

SCHEMAS: Final[dict[TableName, pa.Schema]] = {"logs": LOGS, "spans": SPANS, "samples": SAMPLES}

# What counts as a failed span, in SQL over the columns above.
SPAN_IS_ERROR: Final = "(type = 'http' and status_code >= 500) or (type <> 'http' and status_code <> 0)"
