"""The ground truth files: injections.json, normal.json, and the original's groundtruth.json."""

from typing import Final

from microservo_sdk.container import Container
from microservo_sdk.documents import Node, read_json
from microservo_sdk.model import Injection, NormalWindow, PodLabel, Window, injection_of

GROUNDTRUTH: Final = "groundtruth/groundtruth.json"
INJECTIONS: Final = "groundtruth/injections.json"
NORMAL: Final = "groundtruth/normal.json"
COLUMNS: Final = ("timestamp", "service", "cmdb_id", "failure_type", "duration")
EFFECTS: Final = ("confirmed", "absent", "unknown")
VERDICTS: Final = ("clean", "doubtful", "unknown", "not vetted")
MICROSECONDS: Final = 1_000_000


def read_injections(container: Container) -> list[Injection]:
    """From injections.json where there is one, which has exact times, else from groundtruth.json."""
    if INJECTIONS in container.sizes:
        top = Node(read_json(container, INJECTIONS), INJECTIONS)
        return [_injection(node) for node in top.get("injections").items()]
    if GROUNDTRUTH in container.sizes:
        return _from_columns(container)
    return []


def read_normal(container: Container) -> list[NormalWindow]:
    top = Node(read_json(container, NORMAL), NORMAL)
    return [_normal(node) for node in top.get("normal").items()]


def _normal(node: Node) -> NormalWindow:
    """Of datasets of older versions only start and end are there."""
    window, verdict = window_of(node), node.find("verdict", VERDICTS[-1])
    if verdict.text() not in VERDICTS:
        raise verdict.expected(f"one of {', '.join(VERDICTS)}")
    doubts = tuple(each.object() for each in node.find("doubts", []).items())
    return NormalWindow(window.start, window.end, verdict.text(), node.find("figures", {}).object(), doubts)


def groundtruth_rows(container: Container) -> list[dict[str, Node]]:
    """groundtruth.json, row by row."""
    top = Node(read_json(container, GROUNDTRUTH), GROUNDTRUTH)
    columns = {name: top.get(name).items() for name in COLUMNS}
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise top.wrong(f"columns of different length: {lengths}")
    return [dict(zip(COLUMNS, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def window_of(node: Node) -> Window:
    start, end = node.get("start").moment(), node.get("end").moment()
    if start >= end:
        raise node.wrong(f"it starts at {start}, not before its end at {end}")
    return Window(start, end)


def _injection(node: Node) -> Injection:
    return injection_of(
        node.get("injection").text(),
        node.get("kind").text(),
        [_label(pod) for pod in node.get("pods").items()],
        parameters=node.find("parameters", {}).object(),
        target=node.find("target", {}).object(),
        group=node.find("group").text_or_none() or "",
        after_s=node.find("after_s", 0).number(),
    )


def _label(node: Node) -> PodLabel:
    start, end = node.get("start").moment_or_none(), node.get("end").moment_or_none()
    if start is not None and end is not None and end < start:
        raise node.wrong(f"its end {end} is before its start {start}")
    effect = node.find("effect", "unknown").text()
    if effect not in EFFECTS:
        raise node.get("effect").expected(f"one of {', '.join(EFFECTS)}")
    return PodLabel(
        pod=node.get("pod").text(),
        service=node.get("service").text(),
        start=start,
        end=end,
        end_reason=node.find("end_reason", "").text(),
        effect=effect,
        evidence=node.find("evidence", {}).object(),
        onset=node.find("onset").moment_or_none(),
    )


def _from_columns(container: Container) -> list[Injection]:
    """Pods of one service that were hurt by one kind at one time are one injection."""
    groups: dict[tuple[int, str, str], list[PodLabel]] = {}
    for row in groundtruth_rows(container):
        start, length = row["timestamp"].moment("seconds"), row["duration"].count_or_none()
        label = PodLabel(
            pod=row["cmdb_id"].text(),
            service=row["service"].text(),
            start=start * MICROSECONDS,
            end=None if length is None else (start + length) * MICROSECONDS,
        )
        groups.setdefault((start, label.service, row["failure_type"].text()), []).append(label)
    return [injection_of(str(index), key[2], labels) for index, (key, labels) in enumerate(groups.items())]
