"""A dataset that is open for reading: the same methods, columns and units whatever its format."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from types import TracebackType
from typing import Any, Final, Self

from microservo_sdk.chunks import As, Chunk, PythonChunk, resized, stacked
from microservo_sdk.container import Container, read_whole
from microservo_sdk.errors import DatasetError
from microservo_sdk.events import read_events
from microservo_sdk.layout import Layout, Table
from microservo_sdk.manifest import Manifest
from microservo_sdk.model import Event, Injection, NormalWindow, Split, Window
from microservo_sdk.raw import read_raw
from microservo_sdk.selection import Moment, Names, Selection, selection
from microservo_sdk.splits import read_split

CHUNK_ROWS: Final = 100_000
CARD: Final = "card.json"
COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "logs": ("timestamp", "service", "pod", "level", "message", "log_id"),
    "spans": (
        "timestamp",
        "duration",
        "trace_id",
        "span_id",
        "parent_span_id",
        "service",
        "pod",
        "operation_name",
        "kind",
        "type",
        "status_code",
    ),
    "metrics": ("timestamp", "service", "pod", "metric", "labels", "value"),
}


class Dataset:
    """Nothing is read before it is asked for. Close it, or use it in a `with` statement."""

    def __init__(self, container: Container, format_name: str, manifest: Manifest | None, layout: Layout) -> None:
        self.format: str = format_name  # csv, parquet, rcaeval, openrca, or microservo: the original's
        self._container = container
        self._manifest = manifest
        self._layout = layout

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Dataset {self.format} {self._container.path}>"

    def close(self) -> None:
        self._container.close()

    @property
    def manifest(self) -> Mapping[str, Any] | None:
        """dataset.json as it is; None for a dataset that was not made by the platform."""
        return self._manifest.content if self._manifest else None

    @property
    def digest(self) -> str | None:
        """`sha256:<hex>`, which stands for the whole dataset."""
        return self._manifest.digest if self._manifest else None

    @property
    def window(self) -> Window | None:
        return self._manifest.window if self._manifest else None

    @cached_property
    def card(self) -> Mapping[str, Any] | None:
        """The data card: what ran, what is missing, what to be careful with. None without one."""
        if CARD not in self._container.sizes:
            return None
        card = read_raw(self._container, CARD, "python")
        if not isinstance(card, dict):
            raise DatasetError(f"expected an object, found {json.dumps(card)[:80]}", file=CARD)
        return card

    @property
    def files(self) -> Sequence[str]:
        return sorted(self._container.sizes)

    @property
    def ignored(self) -> Sequence[str]:
        """Files beside it that are no part of it: what operating systems leave behind, such as .DS_Store."""
        return list(self._container.ignored)

    def raw(self, path: str, as_: As = "pandas") -> Any:
        """One file as it is: a table with the columns of the file, a JSON value, or a text."""
        return read_raw(self._container, path, as_)

    def raw_bytes(self, path: str) -> bytes:
        return read_whole(self._container, path, limit=self._container.sizes.get(path, 0))

    def logs(
        self, *, start: Moment = None, end: Moment = None, service: Names = None, pod: Names = None, as_: As = "pandas"
    ) -> Any:
        """All wanted log lines in one table, times in microseconds."""
        return self._whole("logs", self._layout.chunks, selection(start, end, service, pod), as_)

    def spans(
        self, *, start: Moment = None, end: Moment = None, service: Names = None, pod: Names = None, as_: As = "pandas"
    ) -> Any:
        """All wanted spans in one table, times and durations in microseconds."""
        return self._whole("spans", self._layout.chunks, selection(start, end, service, pod), as_)

    def metrics(
        self,
        name: str | Sequence[str] | None = None,
        *,
        start: Moment = None,
        end: Moment = None,
        service: Names = None,
        pod: Names = None,
        as_: As = "pandas",
    ) -> Any:
        """Samples of one metric, of several, or of all, metric after metric."""
        return _one(self._metrics(name, selection(start, end, service, pod)), "metrics", as_)

    def iter_logs(
        self,
        chunk_rows: int = CHUNK_ROWS,
        *,
        start: Moment = None,
        end: Moment = None,
        service: Names = None,
        pod: Names = None,
        as_: As = "pandas",
    ) -> Iterator[Any]:
        """As `logs`, in tables of `chunk_rows` rows: memory does not grow with the dataset."""
        return _many(self._layout.chunks("logs", selection(start, end, service, pod)), chunk_rows, as_)

    def iter_spans(
        self,
        chunk_rows: int = CHUNK_ROWS,
        *,
        start: Moment = None,
        end: Moment = None,
        service: Names = None,
        pod: Names = None,
        as_: As = "pandas",
    ) -> Iterator[Any]:
        return _many(self._layout.chunks("spans", selection(start, end, service, pod)), chunk_rows, as_)

    def iter_metrics(
        self,
        chunk_rows: int = CHUNK_ROWS,
        *,
        name: str | Sequence[str] | None = None,
        start: Moment = None,
        end: Moment = None,
        service: Names = None,
        pod: Names = None,
        as_: As = "pandas",
    ) -> Iterator[Any]:
        return _many(self._metrics(name, selection(start, end, service, pod)), chunk_rows, as_)

    def metric_names(self) -> list[str]:
        return self._layout.metric_names()

    def injections(self) -> list[Injection]:
        """The faults, which is what an algorithm has to find."""
        return self._layout.injections()

    def events(self) -> list[Event]:
        """Hard negatives: what a healthy system went through. Empty when the dataset tells of none."""
        return read_events(self._container)

    def normal_windows(self) -> list[NormalWindow]:
        """The times without any fault, each with its verdict; empty when the dataset does not tell."""
        return self._layout.normal_windows()

    def split(self) -> Split | None:
        """Injections to learn from and to be judged by; None when the dataset was built without a split."""
        return read_split(self._container, self.injections)

    def cases(self) -> Sequence[Any]:
        """Of an rcaeval dataset: one case per injection."""
        return self._layout.cases()

    def records(self) -> Sequence[Any]:
        """Of an openrca dataset: record.csv."""
        return self._layout.records()

    def queries(self) -> Sequence[Any]:
        """Of an openrca dataset: query.csv."""
        return self._layout.queries()

    def _metrics(self, name: str | Sequence[str] | None, wanted: Selection) -> Iterator[Chunk]:
        return self._layout.metric_chunks([name] if isinstance(name, str) else name, wanted)

    def _whole(
        self, table: Table, chunks: Callable[[Table, Selection], Iterator[Chunk]], wanted: Selection, as_: As
    ) -> Any:
        return _one(chunks(table, wanted), table, as_)


def _one(chunks: Iterator[Chunk], table: str, as_: As) -> Any:
    filled = (chunk for chunk in chunks if chunk.rows)
    first = next(filled, PythonChunk({name: [] for name in COLUMNS[table]}))
    return stacked(chain([first], filled), as_)


def _many(chunks: Iterator[Chunk], chunk_rows: int, as_: As) -> Iterator[Any]:
    if chunk_rows < 1:
        raise ValueError(f"chunk_rows is {chunk_rows}; it must be at least 1")
    return (chunk.to(as_) for chunk in resized(chunks, chunk_rows))
