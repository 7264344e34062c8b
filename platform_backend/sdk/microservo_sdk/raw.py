"""Any file of a dataset as it is."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from microservo_sdk.chunks import ArrowChunk, As, PythonChunk
from microservo_sdk.container import Container, require
from microservo_sdk.csvfile import CsvFile
from microservo_sdk.documents import read_json, read_text
from microservo_sdk.parquetfile import ParquetFile

_KINDS: Final[Sequence[tuple[re.Pattern[str], Callable[[str], Any]]]] = (
    (re.compile(r"-?[0-9]{1,18}"), int),
    (re.compile(r"-?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,3})?|nan|-?inf"), float),
)


def read_raw(container: Container, name: str, as_: As) -> Any:
    require(container, name)
    if name.endswith(".csv"):
        return _csv(container, name).to(as_)
    if name.endswith(".parquet"):
        with ParquetFile(container, name) as file:
            return ArrowChunk(file.whole()).to(as_)
    return read_json(container, name) if name.endswith(".json") else read_text(container, name)


def _csv(container: Container, name: str) -> PythonChunk:
    file = CsvFile(container, name, {})
    columns: list[list[Any]] = [[] for _ in file.header]
    for rows in file.rows():
        for column, values in zip(columns, rows.columns, strict=True):
            column.extend(values)
    return PythonChunk({name: _typed(values) for name, values in zip(file.header, columns, strict=True)})


def _typed(values: list[str]) -> list[Any]:
    """Numbers when all are numbers; empty fields among them are nan."""
    for shape, convert in _KINDS:
        if values and all(map(shape.fullmatch, values)):
            return list(map(convert, values))
    shape, convert = _KINDS[-1]
    filled = [value for value in values if value]
    if filled and all(map(shape.fullmatch, filled)):
        return [convert(value or "nan") for value in values]
    return values
