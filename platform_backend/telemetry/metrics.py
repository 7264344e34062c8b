"""What a metric is, by the conventions of its name: its type, its unit, and words for those that the shop has."""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["counter", "gauge", "histogram"]

HELP: Final = {
    "container_cpu_cfs_periods_total": "periods in which the pod's CPU quota was enforced",
    "container_cpu_cfs_throttled_periods_total": "periods in which the pod was stopped by its CPU quota",
    "container_cpu_cfs_throttled_seconds_total": "time for which the pod was stopped by its CPU quota",
    "container_cpu_system_seconds_total": "CPU time in the kernel",
    "container_cpu_usage_seconds_total": "CPU time used",
    "container_cpu_user_seconds_total": "CPU time in user space",
    "container_fs_reads_bytes_total": "bytes read from disk",
    "container_fs_writes_bytes_total": "bytes written to disk",
    "container_memory_mapped_file": "memory-mapped files",
    "container_memory_rss": "memory that the pod shares with nobody",
    "container_memory_usage_bytes": "memory used, with all that could be given back",
    "container_memory_working_set_bytes": "memory used that can't be given back at once",
    "container_sockets": "open sockets",
    "container_spec_cpu_period": "length of a period of the CPU quota, in microseconds",
    "container_spec_cpu_quota": "CPU time that the pod may use in a period, in microseconds",
    "container_spec_memory_limit_bytes": "memory that the pod may use",
    "container_threads": "threads",
    "istio_request_bytes_sum": "bytes of requests, as the mesh saw them",
    "istio_request_duration_milliseconds_count": "requests whose duration was taken",
    "istio_request_duration_milliseconds_sum": "duration of requests, added up",
    "istio_requests_total": "requests that the mesh carried",
    "istio_response_bytes_sum": "bytes of responses, as the mesh saw them",
    "istio_tcp_connections_opened_total": "TCP connections that were opened",
    "istio_tcp_received_bytes_total": "bytes received over TCP",
    "istio_tcp_sent_bytes_total": "bytes sent over TCP",
    "node_cpu_seconds_total": "CPU time of the machine, by mode",
    "node_disk_io_time_seconds_total": "time for which the disk of the machine was busy",
    "node_disk_read_bytes_total": "bytes read from the disk of the machine",
    "node_disk_written_bytes_total": "bytes written to the disk of the machine",
    "node_load1": "processes that run or wait to, on average over a minute",
    "node_memory_Cached_bytes": "memory of the machine that holds pages of files",
    "node_memory_MemAvailable_bytes": "memory of the machine that could be had",
    "node_memory_MemFree_bytes": "memory of the machine that nobody uses",
    "node_memory_MemTotal_bytes": "memory of the machine",
    "node_network_receive_bytes_total": "bytes that the machine received, by interface",
    "node_network_transmit_bytes_total": "bytes that the machine sent, by interface",
    "node_pressure_cpu_waiting_seconds_total": "time for which something waited for a CPU of the machine",
    "node_pressure_io_waiting_seconds_total": "time for which something waited for a disk of the machine",
    "node_pressure_memory_waiting_seconds_total": "time for which something waited for memory of the machine",
}
UNITS: Final = ("seconds", "milliseconds", "bytes", "ratio", "celsius", "volts")
# Names without their unit, as cAdvisor has them.
UNIT_OF: Final = {
    "container_memory_rss": "bytes",
    "container_memory_mapped_file": "bytes",
    "container_spec_cpu_period": "microseconds",
    "container_spec_cpu_quota": "microseconds",
}


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    type: Kind  # histogram: cumulative buckets by their upper bound, the label `le`
    unit: str  # "" for a number of things
    help: str  # "" when nothing is known


def described(name: str) -> Metric:
    return Metric(name, _type(name), _unit(name), HELP.get(name, ""))


def _type(name: str) -> Kind:
    if name.endswith("_bucket"):
        return "histogram"
    return "counter" if name.endswith(("_total", "_sum", "_count")) else "gauge"


def _unit(name: str) -> str:
    if name.endswith(("_count", "_bucket")):
        return ""
    parts = name.removesuffix("_total").removesuffix("_sum").split("_")
    return UNIT_OF.get(name) or (parts[-1] if parts[-1] in UNITS else "")
