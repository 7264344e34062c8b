"""From the names in files to pods, services, metrics and labels. Each distinct name is looked at once."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

_REPLICA: Final = re.compile(r"-(?:[0-9]+|[a-z0-9]{8,10}-[a-z0-9]{5})$")  # of a StatefulSet, of a Deployment
ISTIO_TCP: Final = "istio_tcp_"
RESPONSE: Final = ("request_protocol", "response_code", "grpc_response_status")


class Series(NamedTuple):
    service: str
    pod: str
    labels: str  # "key=value,key=value", sorted by key


class Lookup(dict[Any, Any]):
    """A function with a memory; `lookup.__getitem__` runs at the speed of a dict."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, key: Any) -> Any:
        value = self[key] = self._function(key)
        return value


def service_of(pod: str, known: Mapping[str, str]) -> str:
    """As the dataset says, else the name of the pod without the number of its replica."""
    return known.get(pod) or _REPLICA.sub("", pod)


def container_series(cmdb_id: str, kpi_name: str, known: Mapping[str, str]) -> Series:
    """`<node>.<pod>`; what follows the metric in kpi_name tells series of one pod apart."""
    node, _, pod = cmdb_id.rpartition(".")
    instance = kpi_name.partition(".")[2]
    return Series(service_of(pod, known), pod, _text({"node": node, "instance": instance}))


def node_series(cmdb_id: str, kpi_name: str, known: Mapping[str, str]) -> Series:
    """`<node>`: what no pod has to itself; what follows the metric in kpi_name tells series of one node apart."""
    return Series("", "", _text({"node": cmdb_id, "instance": kpi_name.partition(".")[2]}))


def istio_series(cmdb_id: str, kpi_name: str, known: Mapping[str, str]) -> Series:
    """`<pod>.<reporter>.<source>.<destination>`, and `<metric>.<protocol>.<code>.<grpc status>`."""
    pod, reporter, source, destination = [*cmdb_id.split("."), "", "", ""][:4]
    labels = {"reporter": reporter, "source_workload": source, "destination_workload": destination}
    if not kpi_name.startswith(ISTIO_TCP):
        labels |= dict(zip(RESPONSE, kpi_name.split(".")[1:], strict=False))
    return Series(service_of(pod, known), pod, _text(labels))


def _text(labels: Mapping[str, str]) -> str:
    return ",".join(f"{key}={labels[key]}" for key in sorted(labels) if labels[key])
