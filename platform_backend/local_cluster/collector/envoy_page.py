"""Envoy's statistics page to istio_* samples.

Only the metrics and labels named here are ever stored: a label that told of an injected fault, such as Envoy's
response flags, would give the answer away.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Final, NamedTuple

from local_cluster.collector.names import service_of
from local_cluster.collector.samples import SampleColumns
from local_cluster.stat_names import TCP_LABEL, TCP_METRICS, tcp_edge

LABELS: Final = (
    "destination_workload",
    "grpc_response_status",
    "reporter",
    "request_protocol",
    "response_code",
    "source_workload",
)
HTTP_METRICS: Final = (
    "istio_requests_total",
    "istio_request_duration_milliseconds_sum",
    "istio_request_duration_milliseconds_count",
    "istio_request_bytes_sum",
    "istio_response_bytes_sum",
)

_NAMES: Final = "|".join([*(f"envoy_{name}" for name in HTTP_METRICS), *TCP_METRICS])
_LINE: Final = re.compile(rf"^((?:{_NAMES})\{{[^}}]*\}}) (\S+)$", re.MULTILINE)
_LABEL: Final = re.compile(r'(\w+)="([^"]*)"')


class Key(NamedTuple):
    """One series."""

    service: str
    pod: str
    metric: str
    labels: str


class EnvoyPage:
    """Remembers what each line's name and labels mean: they are the same on every page."""

    def __init__(self) -> None:
        self._keys: dict[str, Key | None] = {}

    def add_samples(self, page: str, samples: SampleColumns) -> None:
        totals: defaultdict[Key, float] = defaultdict(float)
        for text, value in _LINE.findall(page):
            if text not in self._keys:
                self._keys[text] = parse_key(text)
            key = self._keys[text]
            if key is not None:
                totals[key] += float(value)
        for key, total in totals.items():
            samples.add(*key, total)


def parse_key(text: str) -> Key | None:
    """None for what can't be told apart, such as a listener that is no edge."""
    name, _, rest = text.partition("{")
    labels = dict(_LABEL.findall(rest))
    if TCP_LABEL in labels:
        return _tcp_key(name, labels[TCP_LABEL])
    pod = labels.get("pod", "")
    if not pod:
        return None
    return Key(service_of(pod), pod, name.removeprefix("envoy_"), _text(labels))


def _tcp_key(name: str, prefix: str) -> Key | None:
    try:
        edge = tcp_edge(prefix)
    except ValueError:
        return None
    labels = {
        "destination_workload": edge.destination_service,
        "reporter": edge.reporter,
        "request_protocol": "tcp",
        "source_workload": edge.source_service,
    }
    return Key(service_of(edge.pod), edge.pod, TCP_METRICS[name], _text(labels))


def _text(labels: Mapping[str, str]) -> str:
    return ",".join(f"{name}={labels[name]}" for name in LABELS if name in labels)
