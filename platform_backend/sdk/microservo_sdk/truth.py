"""Whether all that a dataset of the platform says about its faults says the same: injections.json is the measure."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final

from microservo_sdk.container import Container
from microservo_sdk.contents import MANIFEST
from microservo_sdk.documents import Node, read_json
from microservo_sdk.errors import DatasetError
from microservo_sdk.formats.openrca_truth import check_answers
from microservo_sdk.formats.rcaeval_truth import check_cases
from microservo_sdk.labels import GROUNDTRUTH, INJECTIONS, NORMAL, groundtruth_rows
from microservo_sdk.layout import Layout
from microservo_sdk.manifest import Manifest
from microservo_sdk.model import Injection, PodLabel
from microservo_sdk.tolerance import TRUTH, Tolerance, tolerance_of

CARD: Final = "groundtruth/card.json"
_FORMATS: Final[Mapping[str, Callable[[Container, Manifest, Sequence[Injection]], None]]] = {
    "rcaeval": check_cases,
    "openrca": check_answers,
}
Key = tuple[str, str]  # kind, pod
Row = Mapping[str, Node]  # of groundtruth.json


def check_truth(container: Container, manifest: Manifest, layout: Layout) -> None:
    """Raise DatasetError for the first entry that contradicts injections.json; without that there is no measure."""
    if INJECTIONS not in container.sizes:
        return
    injections = layout.injections()
    if GROUNDTRUTH in container.sizes:
        _check_columns(container, injections, tolerance_of(manifest))
    if NORMAL in container.sizes:
        _check_normal(layout, injections)
    if CARD in container.sizes:
        _compare_injections(Node(read_json(container, CARD), CARD).get("injections").items(), injections, _card_entry)
    faults = Node(manifest.content, MANIFEST).find("faults", [])
    _compare_injections(faults.items(), injections, _fault_entry)
    if manifest.format in _FORMATS:
        _FORMATS[manifest.format](container, manifest, injections)


def _check_columns(container: Container, injections: Sequence[Injection], tolerance: Tolerance) -> None:
    """groundtruth.json has a row for each label that began, and no other."""
    labels: dict[Key, list[PodLabel]] = defaultdict(list)
    for injection in injections:
        for label in injection.labels:
            if label.start is not None:
                labels[injection.kind, label.pod].append(label)
    rows: dict[Key, list[Row]] = defaultdict(list)
    for row in groundtruth_rows(container):
        rows[row["failure_type"].text(), row["cmdb_id"].text()].append(row)
    for key in sorted(labels.keys() | rows.keys()):
        told = sorted(rows[key], key=lambda row: row["timestamp"].integer())
        true = sorted(labels[key], key=lambda label: label.start or 0)
        for pair in zip_longest(told, true):
            _check_row(key, *pair, tolerance)


def _check_row(key: Key, row: Row | None, label: PodLabel | None, tolerance: Tolerance) -> None:
    what = f"{key[0]} on {key[1]!r}"
    if row is None:
        start = label.start if label else None
        problem = f"no row for {what}, which began at {start} microseconds, says {INJECTIONS}"
        raise DatasetError(problem, file=GROUNDTRUTH, hint=TRUTH)
    if label is None:
        raise _contradiction(row["cmdb_id"], f"no {what} at {row['timestamp'].integer()} in {INJECTIONS}")
    if not tolerance.allows(label.start, row["timestamp"].integer()):
        problem = f"{row['timestamp'].integer()}, but {what} began at {label.start} microseconds, says {INJECTIONS}"
        raise _contradiction(row["timestamp"], problem)
    _check_rest(row, label)


def _check_rest(row: Row, label: PodLabel) -> None:
    if row["service"].text() != label.service:
        raise _contradiction(row["service"], f"{row['service'].text()!r}, {label.service!r} in {INJECTIONS}")
    told = row["duration"].count_or_none()
    true = None if label.end is None else (label.end - (label.start or 0)) / 1_000_000
    if (told is None) != (true is None) or (told is not None and true is not None and abs(told - true) > 1):
        raise _contradiction(row["duration"], f"{told} s, {true} s in {INJECTIONS}")


def _check_normal(layout: Layout, injections: Sequence[Injection]) -> None:
    """No fault was in a time that is called normal. All in the order of time, so each is compared with one other."""
    faults = [
        (label.start, label.end, f"{injection.kind} on {label.pod!r}")
        for injection in injections
        for label in injection.labels
        if label.start is not None and label.end is not None
    ]
    normal = [(each.start, each.end, f"normal[{place}]") for place, each in enumerate(layout.normal_windows())]
    last: dict[bool, tuple[int, int, str]] = {}
    spans = [*((True, each) for each in normal), *((False, each) for each in faults)]
    for is_normal, span in sorted(spans, key=_start):
        other = last.get(not is_normal)
        if other and span[0] < other[1] and other[0] < span[1]:
            place, fault = (span[2], other[2]) if is_normal else (other[2], span[2])
            raise DatasetError(f"{place}: in this time was {fault}, says {INJECTIONS}", file=NORMAL, hint=TRUTH)
        if is_normal not in last or span[1] > last[is_normal][1]:
            last[is_normal] = span


def _start(entry: tuple[bool, tuple[int, int, str]]) -> int:
    return entry[1][0]


def _compare_injections(
    entries: Sequence[Node], injections: Sequence[Injection], entry_of: Callable[[Injection], Mapping[str, Any]]
) -> None:
    """Of each entry all keys that `entry_of` knows have its values."""
    known = {each.injection_id: entry_of(each) for each in injections}
    for entry in entries:
        name = entry.get("injection").text()
        if name not in known:
            raise _contradiction(entry.get("injection"), f"no injection {name!r} in {INJECTIONS}")
        for key, true in known[name].items():
            told = entry.find(key, true)
            if _plain(told.value, true) != true:
                raise _contradiction(told, f"not what {INJECTIONS} says of injection {name}, {true!r:.200}")


def _plain(told: Any, true: Any) -> Any:
    """Of lists of objects only the keys that are compared."""
    if isinstance(true, list) and isinstance(told, list) and all(isinstance(each, dict) for each in [*true, *told]):
        keys = true[0].keys() if true else ()
        return sorted(({key: each.get(key) for key in keys} for each in told), key=repr)
    return told


def _fault_entry(injection: Injection) -> Mapping[str, Any]:
    ends = [label.end for label in injection.labels if label.end is not None]
    return {
        "kind": injection.kind,
        "pods": sorted(injection.pods),
        "start": injection.start,
        "end": max(ends, default=None),
    }


def _card_entry(injection: Injection) -> Mapping[str, Any]:
    pods = [
        {name: getattr(label, name) for name in ("pod", "service", "start", "end", "effect")}
        for label in injection.labels
    ]
    return {"kind": injection.kind, "pods": sorted(pods, key=repr)}


def _contradiction(node: Node, problem: str) -> DatasetError:
    return DatasetError(f"{node.place}: {problem}", file=node.file, hint=TRUTH)
