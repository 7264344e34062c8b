"""What a researcher may change of the telemetry while it is exported; recorded in the manifest.

Every knob looks at one row, or at one series within one step of time, and at nothing else: the result is the same
whether a window is taken whole or in slices, and whichever format asks. Applied twice it changes nothing more.

- trace_sampling keeps this share of traces, whole ones: the trace_id decides. Log lines keep the ids of traces that
  are gone, as they do where a tracer samples at the head of a trace.
- log_drop drops this share of log lines, each by its log_id.
- metric_step_s keeps the first sample of each series in each step, counted from the start of the window.
- missing_services drops logs, spans and samples of these services' pods, and what their pods reported to the mesh.
  Their callers stay as they were seen from outside: client spans of calls to them, samples that name them as a
  destination, log lines of others. Their labels stay: a cause that nobody observed is still the cause.
- onset_jitter_s moves each label by a random time of at most this much, start, end and onset alike.
- train_fraction divides injections into train and test; see `dataset_builder.split`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from typing import Any, Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dataset_builder.knobs.check import check
from dataset_builder.knobs.hashing import SPACE, hash_numbers, hash_text, hash_texts, key_of
from dataset_builder.labels import MICROSECONDS, Injection, PodLabel
from telemetry_store.schemas import TableName

SERIES: Final = ("pod", "metric", "labels")


@dataclass(frozen=True)
class Knobs:
    trace_sampling: float = 1.0  # share of traces kept, 0..1
    log_drop: float = 0.0  # share of log lines dropped, 0..1
    metric_step_s: int = 0  # seconds between two samples of a series; 0: as sampled
    missing_services: tuple[str, ...] = ()
    onset_jitter_s: float = 0.0  # seconds, either way
    train_fraction: float | None = None  # share of injections to train with; None: no split
    seed: int = 0

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """From JSON; absent keys are neutral. Raises UserError with each wrong key."""
        return cls(**check(record, known=[field.name for field in fields(cls)]))

    def to_record(self) -> dict[str, Any]:
        return {**asdict(self), "missing_services": list(self.missing_services)}

    @property
    def is_neutral(self) -> bool:
        """Whether the dataset is as if there were no knobs; a seed alone changes nothing."""
        return replace(self, seed=0) == Knobs()

    @property
    def metric_step_us(self) -> int:
        """What slices of samples have to be aligned to, counted from the start of the window; 0: anything."""
        return self.metric_step_s * MICROSECONDS

    def touches(self, table: TableName) -> bool:
        """Whether rows of this table may be dropped."""
        return bool(self.columns(table))

    def columns(self, table: TableName) -> tuple[str, ...]:
        """The columns that `apply` looks at: enough to count what it leaves."""
        needed = ("service",) if self.missing_services else ()
        if table == "logs" and self.log_drop > 0:
            return (*needed, "log_id")
        if table == "spans" and self.trace_sampling < 1:
            return (*needed, "trace_id")
        if table == "samples" and self.metric_step_s > 0:
            return (*needed, "timestamp", *SERIES)
        return needed

    def apply(self, table: TableName, rows: pa.Table, *, start: int) -> pa.Table:
        """The rows that stay, in their order.

        `start` is the window's start in microseconds. Of samples, `rows` holds each series in the order of time, and
        all of each step that it touches (slices aligned to `metric_step_us`).
        """
        if self.missing_services and rows.num_rows:
            rows = rows.filter(pc.invert(pc.is_in(rows["service"], value_set=self._missing)))
        if not rows.num_rows:
            return rows
        if table == "logs" and self.log_drop > 0:
            return _below(rows, hash_numbers(self._key("log"), rows["log_id"]), 1 - self.log_drop)
        if table == "spans" and self.trace_sampling < 1:
            return _below(rows, hash_texts(self._key("trace"), rows["trace_id"]), self.trace_sampling)
        if table == "samples" and self.metric_step_s > 0:
            return _first_of_steps(rows, start, self.metric_step_us)
        return rows

    def labels(self, injections: Sequence[Injection]) -> Sequence[Injection]:
        """Labels as an algorithm or a board gets them: moved. The truth is what went in."""
        if not self.onset_jitter_s:
            return injections
        return [
            replace(each, pods=[_moved(label, self.shift_us(each, label)) for label in each.pods])
            for each in injections
        ]

    def shift_us(self, injection: Injection, label: PodLabel) -> int:
        """By how many microseconds this label is moved: evenly spread over ± onset_jitter_s."""
        share = hash_text(self._key("jitter"), injection.injection_id, label.pod) / SPACE
        return round((2 * share - 1) * self.onset_jitter_s * MICROSECONDS)

    def _key(self, purpose: str) -> int:
        return key_of(self.seed, purpose)

    @cached_property
    def _missing(self) -> pa.Array:
        return pa.array(self.missing_services, pa.string())


def _below(rows: pa.Table, hashes: Any, share: float) -> pa.Table:
    limit = min(round(share * SPACE), SPACE)
    if limit in (0, SPACE):
        return rows if limit else rows.slice(0, 0)
    return rows.filter(pa.array(hashes < np.uint64(limit)))


def _first_of_steps(rows: pa.Table, start: int, step: int) -> pa.Table:
    """Codes of a dictionary grow in the order of first appearance, so a new highest code is a first sample."""
    series = _codes(rows[SERIES[0]])
    for column in SERIES[1:]:
        series = _paired(series, _codes(rows[column]))
    steps = (rows["timestamp"].to_numpy() - start) // step
    codes = _paired(series, steps - steps.min())
    highest = np.maximum.accumulate(codes)
    first = np.diff(highest, prepend=-1) > 0
    return rows.filter(pa.array(first))


def _codes(column: pa.ChunkedArray) -> Any:
    encoded = column.dictionary_encode().unify_dictionaries().combine_chunks()
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _paired(left: Any, right: Any) -> Any:
    """One code for each pair of codes."""
    pairs = pa.array(left * (int(right.max()) + 1) + right)
    return pairs.dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _moved(label: PodLabel, shift: int) -> PodLabel:
    return replace(
        label,
        start=_later(label.start, shift),
        end=_later(label.end, shift),
        onset=_later(label.onset, shift),
    )


def _later(moment: int | None, shift: int) -> int | None:
    return None if moment is None else moment + shift
