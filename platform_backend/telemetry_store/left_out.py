"""Metrics that original MicroServo datasets carry and that can't be had here honestly, each with the reason."""

from typing import Final

LEFT_OUT: Final[dict[str, str]] = {
    "container_memory_cache": "the page cache is charged to control groups, and pods are plain processes",
    "container_cpu_load_average_10s": "the kernel gives the run-queue length per control group or machine, not per pod",
    "container_threads_max": "no limit on threads is set for a pod",
    "container_spec_cpu_shares": "CPU limits are enforced as a quota; there are no shares",
    "istio_request_messages_total": "the proxy does not count the messages of a gRPC stream in its access statistics",
    "istio_response_messages_total": "the proxy does not count the messages of a gRPC stream in its access statistics",
    "istio_tcp_connections_closed_total": "the proxy's TCP statistics count opened connections only",
}
