"""How busy the machines were in each step, from node_* samples. There are few: they are kept, and judged at the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataset_builder.vetting.steps import Numbers, Steps

CPU: Final = "node_cpu_seconds_total"
WAITING: Final = "node_pressure_cpu_waiting_seconds_total"
METRICS: Final = (CPU, WAITING)
COLUMNS: Final = ("timestamp", "metric", "labels", "value")
LONGEST_GAP_US: Final = 5_000_000  # between two readings of one counter

Figures = npt.NDArray[np.float64]
Readings = tuple[Numbers, Figures]  # times, and values of a counter


@dataclass(frozen=True)
class Machine:
    """Shares from 0 to 1 by step, of the machine that had most; NaN where nobody looked."""

    busy: Figures
    waiting: Figures
    stolen: Figures


def reduce(rows: pa.Table) -> pa.Table:
    chosen = rows.filter(pc.is_in(rows["metric"], value_set=pa.array(METRICS)))
    return pa.table({name: _plain(chosen[name]) for name in COLUMNS})


def machine(parts: Sequence[pa.Table], steps: Steps) -> Machine:
    counters = _counters(parts)
    nodes = sorted({node for node, _ in counters})
    known = [_of_node(node, counters, steps) for node in nodes]
    return Machine(*(_most([each[place] for each in known], len(steps)) for place in range(3)))


def _counters(parts: Sequence[pa.Table]) -> dict[tuple[str, str], Readings]:
    """By node, and by mode or WAITING; in the order of time."""
    rows = pa.concat_tables(parts) if parts else pa.table({name: [] for name in COLUMNS})
    found: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for time, metric, labels, value in zip(*(rows[name].to_pylist() for name in COLUMNS), strict=True):
        told = dict(pair.partition("=")[::2] for pair in labels.split(","))
        key = told.get("node", ""), WAITING if metric == WAITING else told.get("mode", "")
        found.setdefault(key, []).append((time, value))
    return {key: _readings(sorted(found[key])) for key in sorted(found)}


def _readings(pairs: Sequence[tuple[int, float]]) -> Readings:
    return np.array([time for time, _ in pairs], np.int64), np.array([value for _, value in pairs])


def _of_node(node: str, counters: Mapping[tuple[str, str], Readings], steps: Steps) -> tuple[Figures, Figures, Figures]:
    grown = {name: _growth(readings, steps) for (of, name), readings in counters.items() if of == node}
    nothing = np.zeros(len(steps)), np.zeros(len(steps))
    modes = [seconds for name, (seconds, _) in grown.items() if name != WAITING]
    total = np.sum(modes, axis=0) if modes else nothing[0]
    idle, stolen = (grown.get(name, nothing)[0] for name in ("idle", "steal"))
    waited, passed = grown.get(WAITING, nothing)
    return _share(total - idle, total), np.minimum(_share(waited, passed), 1.0), _share(stolen, total)


def _growth(readings: Readings, steps: Steps) -> tuple[Figures, Figures]:
    """What a counter grew by in each step, and in how many seconds; an increase is of the step that it ends in."""
    times, values = readings
    grown, passed = np.diff(values), np.diff(times)
    places = steps.at(times[1:])
    good = (grown >= 0) & (passed > 0) & (passed <= LONGEST_GAP_US) & (places >= 0)
    return _sums(places[good], grown[good], len(steps)), _sums(places[good], passed[good] / 1e6, len(steps))


def _sums(places: Numbers, values: Figures, steps: int) -> Figures:
    return np.bincount(places, values, minlength=steps).astype(np.float64)


def _share(part: Figures, whole: Figures) -> Figures:
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)


def _most(shares: Sequence[Figures], steps: int) -> Figures:
    most: Figures = np.full(steps, np.nan)
    for each in shares:
        most = np.fmax(most, each)
    return most


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
