"""OpenRCA's metric files: one row per sample, or a column per metric."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import isnan
from typing import Any, Final

from microservo_sdk.container import Container
from microservo_sdk.csvfile import CsvFile, Kind
from microservo_sdk.errors import DatasetError
from microservo_sdk.labels import MICROSECONDS
from microservo_sdk.naming import Lookup, Series, container_series, istio_series, node_series, service_of

Columns = dict[str, Sequence[Any]]
NODE: Final = "node_"
WHOSE: Final = ("service", "tc", "cmdb_id", "serviceName")  # whom a row of a wide file is about
_TIMES: Final = ("timestamp", "startTime")
_MILLISECONDS: Final = 100_000_000_000  # what is larger can't be seconds


def wide_metrics(header: Sequence[str]) -> list[str]:
    return [column for column in header if column not in (*WHOSE, *_TIMES)]


def metric_columns(
    container: Container, name: str, known: Mapping[str, str], names: Sequence[str] | None
) -> Iterator[Columns]:
    """In the common columns; only of the metrics `names`."""
    file = CsvFile(container, name, _Kinds())
    if not set(_TIMES) & set(file.header):
        raise DatasetError("no column 'timestamp'", file=name, line=1)
    kpi = next((column for column in ("kpi_name", "name") if column in file.header), "")
    series = Lookup(_series_of(name.rpartition("/")[2], known))
    for rows in file.rows():
        columns = dict(zip(file.header, rows.columns, strict=True))
        columns["timestamp"] = [_microseconds(moment) for moment in columns[_time_of(file.header)]]
        yield from _narrow(columns, kpi, series, names, name) if kpi else _wide(columns, names)


class _Kinds(dict[str, Kind]):
    """All that is no name is a number."""

    def get(self, column: str, default: Any = None) -> Kind:
        if column in _TIMES:
            return "seconds or milliseconds"
        return "text" if column in (*WHOSE, "kpi_name", "name", "itemid", "bomc_id") else "optional"


def _narrow(columns: Columns, kpi: str, series: Lookup, names: Sequence[str] | None, name: str) -> Iterator[Columns]:
    for needed in ("cmdb_id", "value"):
        if needed not in columns:
            raise DatasetError(f"no column {needed!r}", file=name, line=1)
    keys = zip(columns["cmdb_id"], columns[kpi], strict=True)
    found = [series[key] for key in keys]
    rows = [
        (moment, each[0], each[1], value)
        for moment, each, value in zip(columns["timestamp"], found, columns["value"], strict=True)
        if not isnan(value) and (names is None or each[0] in names)
    ]
    yield _table(rows)


def _wide(columns: Columns, names: Sequence[str] | None) -> Iterator[Columns]:
    whose = next((columns[column] for column in WHOSE if column in columns), None)
    owners = whose if whose is not None else [""] * len(columns["timestamp"])
    for metric in wide_metrics(list(columns)):
        if names is not None and metric not in names:
            continue
        triples = zip(columns["timestamp"], owners, columns[metric], strict=True)
        yield _table(
            [(time, metric, Series(owner, "", ""), value) for time, owner, value in triples if not isnan(value)]
        )


def _table(rows: Sequence[tuple[int, str, Series, float]]) -> Columns:
    return {
        "timestamp": [row[0] for row in rows],
        "service": [row[2].service for row in rows],
        "pod": [row[2].pod for row in rows],
        "metric": [row[1] for row in rows],
        "labels": [row[2].labels for row in rows],
        "value": [row[3] for row in rows],
    }


def _series_of(file: str, known: Mapping[str, str]) -> Callable[[tuple[str, str]], tuple[str, Series]]:
    """From cmdb_id and kpi_name to the metric and whose it is; each file has a way of its own."""

    def series(names: tuple[str, str]) -> tuple[str, Series]:
        cmdb_id, kpi_name = names
        if file == "metric_mesh.csv":
            return kpi_name.partition(".")[0], istio_series(cmdb_id, kpi_name, known)
        if file == "metric_container.csv" and "." in cmdb_id:
            return kpi_name.partition(".")[0], container_series(cmdb_id, kpi_name, known)
        if file == "metric_node.csv" and kpi_name.startswith(NODE):
            return kpi_name.partition(".")[0], node_series(cmdb_id, kpi_name, known)
        return kpi_name, Series(service_of(cmdb_id, known), cmdb_id, "")

    return series


def _time_of(header: Sequence[str]) -> str:
    return next(column for column in _TIMES if column in header)


def _microseconds(moment: int) -> int:
    return moment * 1000 if moment > _MILLISECONDS else moment * MICROSECONDS
