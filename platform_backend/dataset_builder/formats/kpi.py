"""Names of metric series as MicroServo datasets spell them: cmdb_id and kpi_name, and the file they stand in.

Only the labels named here ever reach a dataset: an unknown label could name the injected fault, which is the answer.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

ISTIO: Final = "istio_"
ISTIO_TCP: Final = "istio_tcp_"
NODE: Final = "node_"
SOURCE: Final[Sequence[str]] = ("source_workload", "source_canonical_service", "source_app", "source")
DESTINATION: Final[Sequence[str]] = (
    "destination_service_name",
    "destination_workload",
    "destination_canonical_service",
    "destination_app",
    "destination_service",
    "destination",
)
RESPONSE: Final[Sequence[str]] = ("request_protocol", "response_code", "grpc_response_status")
# Labels that tell series of one pod and metric apart; their values end the kpi_name.
DISTINGUISHING: Final[Sequence[str]] = ("interface", "device", "le", "mode")
_UNSAFE: Final = re.compile(r'[,"\r\n/\\\0]')


@dataclass(frozen=True, slots=True)
class SeriesName:
    cmdb_id: str
    kpi_name: str


def group(metric: str) -> str:
    """The folder of a metric below metric/."""
    if metric.startswith(NODE):
        return "node"
    return "istio" if metric.startswith(ISTIO) else "container"


def path(metric: str) -> str:
    return f"metric/{group(metric)}/kpi_{_safe(metric)}.csv"


def series_name(*, metric: str, pod: str, labels: str, node: str) -> SeriesName:
    """`node` is for samples without a label of that name."""
    values = parse_labels(labels)
    if group(metric) == "istio":
        return SeriesName(_safe(_istio_cmdb_id(pod, values)), _safe(_istio_kpi_name(metric, values)))
    host = values.get("node") or node
    cmdb_id = f"{host}.{pod}" if pod else host  # a node's own metrics belong to no pod
    return SeriesName(_safe(cmdb_id), _safe(".".join([metric, *_distinguishing(values)])))


def parse_labels(labels: str) -> Mapping[str, str]:
    """The labels of a sample, "key=value,key=value"."""
    return dict(pair.partition("=")[::2] for pair in labels.split(",") if pair)


def _istio_cmdb_id(pod: str, labels: Mapping[str, str]) -> str:
    return ".".join([pod, labels.get("reporter", "unknown"), _first(labels, SOURCE), _first(labels, DESTINATION)])


def _istio_kpi_name(metric: str, labels: Mapping[str, str]) -> str:
    if metric.startswith(ISTIO_TCP):
        return f"{metric}.-"
    response = [labels.get(key, "") for key in RESPONSE] if "response_code" in labels else []
    return ".".join([metric, *response, *_distinguishing(labels)])


def _first(labels: Mapping[str, str], keys: Sequence[str]) -> str:
    return next((labels[key] for key in keys if labels.get(key)), "unknown")


def _distinguishing(labels: Mapping[str, str]) -> list[str]:
    return [labels[key] for key in DISTINGUISHING if key in labels]


def _safe(name: str) -> str:
    """Without the characters that would break a line of an unquoted CSV, or a path."""
    return _UNSAFE.sub("_", name)
