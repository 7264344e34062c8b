"""Calls in each step: how many there were and failed, on either side, and how long those took that services served."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataset_builder.card.summary_cells import class_of_latency, latency_of_class
from dataset_builder.vetting.steps import Numbers, Steps

COLUMNS: Final = ("timestamp", "service", "duration", "kind", "type", "status_code")
# Classes of latency an eighth of their value wide, up to two minutes; exact whole-number arithmetic.
COARSER: Final = 4  # bits
CLASSES: Final = 96
SHARE: Final = 95  # percent

Figures = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reduced:
    """Of a piece: codes of step and class, with how often each occurs, by service."""

    requests: dict[str, tuple[Numbers, Numbers]]
    calls: tuple[Numbers, Numbers]  # steps
    failed: tuple[Numbers, Numbers]


class Calls:
    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._latencies: dict[str, npt.NDArray[np.int32]] = {}
        self.calls = np.zeros(len(steps), np.int64)  # as seen by who served them, and by who made them
        self.failed = np.zeros(len(steps), np.int64)

    def reduce(self, rows: pa.Table) -> Reduced:
        """For any thread."""
        rows = rows.filter(pc.is_in(rows["kind"], value_set=pa.array(["server", "client"])))
        steps = self._steps.at(rows["timestamp"].to_numpy())
        inside, served = steps >= 0, pc.equal(rows["kind"], "server").to_numpy()
        statuses, is_http = rows["status_code"].to_numpy(), pc.equal(rows["type"], "http").to_numpy()
        failed = np.where(is_http, statuses >= 500, statuses != 0)
        return Reduced(
            requests=self._requests(rows, steps, inside & served),
            calls=_counted(steps[inside]),
            failed=_counted(steps[inside & failed]),
        )

    def add(self, part: Reduced) -> None:
        for name, (codes, counts) in part.requests.items():
            found = self._latencies.setdefault(name, np.zeros((len(self._steps), CLASSES), np.int32))
            found.flat[codes] += counts.astype(np.int32)
        for total, (steps, counts) in ((self.calls, part.calls), (self.failed, part.failed)):
            total[steps] += counts

    def _requests(
        self, rows: pa.Table, steps: Numbers, chosen: npt.NDArray[np.bool_]
    ) -> dict[str, tuple[Numbers, Numbers]]:
        classes = np.minimum(class_of_latency(rows["duration"].to_numpy()) >> COARSER, CLASSES - 1)
        codes = steps * CLASSES + classes
        services, names = _encoded(rows["service"])
        found = {name: _counted(codes[chosen & (services == code)]) for code, name in enumerate(names)}
        return {name: counted for name, counted in found.items() if len(counted[0])}

    @property
    def services(self) -> Sequence[str]:
        return sorted(self._latencies)

    def requests(self, service: str) -> Numbers:
        """By step."""
        return np.array(self._latencies[service].sum(axis=1), np.int64)

    def latencies(self, service: str) -> Figures:
        """Milliseconds that SHARE percent of the requests of each step did not exceed; NaN without any."""
        return _quantiles(self._latencies[service])

    def latency(self, service: str, chosen: npt.NDArray[np.bool_]) -> float:
        """The same of all requests in the chosen steps together."""
        return float(_quantiles(self._latencies[service][chosen].sum(axis=0, keepdims=True))[0])


def _quantiles(counts: npt.NDArray[np.int32]) -> Figures:
    reached = np.cumsum(counts, axis=1, dtype=np.int64)
    needed = -(-reached[:, -1:] * SHARE // 100)
    classes = np.argmax(reached >= np.maximum(needed, 1), axis=1)
    return np.where(reached[:, -1] > 0, _MILLISECONDS[classes], np.nan)


_MILLISECONDS: Final = np.array(
    [latency_of_class((number << COARSER) + (1 << COARSER - 1)) / 1000 for number in range(CLASSES)]
)


def _counted(codes: Numbers) -> tuple[Numbers, Numbers]:
    """How often each occurs."""
    found, counts = np.unique(codes, return_counts=True)
    return found, counts


def _encoded(column: pa.ChunkedArray) -> tuple[Numbers, list[str]]:
    if not len(column):
        return np.empty(0, np.int64), []
    encoded = column.dictionary_encode().unify_dictionaries().combine_chunks()
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64), encoded.dictionary.to_pylist()
