"""How busy the machines were, as columns: from node_* samples, which belong to no pod."""

from typing import Final

import pyarrow as pa

from dataset_builder.formats.columns import Integers, float_texts
from dataset_builder.formats.kpi import parse_labels
from dataset_builder.formats.wide import Columns

# Counters become rates per second.
NODE_COUNTERS: Final = {
    "node_cpu_seconds_total": "cpu",
    "node_disk_read_bytes_total": "diskio",
    "node_disk_written_bytes_total": "diskio",
    "node_network_receive_bytes_total": "received",
    "node_network_transmit_bytes_total": "sent",
    "node_pressure_cpu_waiting_seconds_total": "cpu-pressure",
    "node_pressure_io_waiting_seconds_total": "io-pressure",
    "node_pressure_memory_waiting_seconds_total": "mem-pressure",
}
NODE_GAUGES: Final = {"node_load1": "load", "node_memory_MemAvailable_bytes": "mem-available"}
IDLE: Final = ("idle", "iowait")


def node_of(service: str, labels: str) -> str:
    """Whose a sample is; "" for the time in which a CPU had nothing to do, which makes no part of `cpu`."""
    values = parse_labels(labels)
    return "" if values.get("mode") in IDLE else values.get("node", "node")


def node_columns(times: Integers, columns: Columns) -> pa.Table:
    """`time`, then the columns by name; NaN becomes an empty field."""
    found = {name: float_texts(pa.array(columns[name], from_pandas=True)) for name in sorted(columns)}
    return pa.table({"time": pa.array(times), **found})
