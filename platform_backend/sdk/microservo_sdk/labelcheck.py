"""Whether the labels of a dataset make sense: known pods, times that have to do with its window."""

from collections.abc import Mapping
from typing import Any, Final

from microservo_sdk.contents import MANIFEST
from microservo_sdk.errors import DatasetError
from microservo_sdk.findings import SLACK, Findings
from microservo_sdk.labels import GROUNDTRUTH, INJECTIONS, NORMAL
from microservo_sdk.layout import Layout
from microservo_sdk.manifest import Manifest
from microservo_sdk.model import Injection, PodLabel, Window
from microservo_sdk.moments import MICROSECONDS, text_of
from microservo_sdk.tolerance import TRUTH, jitter_of

# Faults last minutes. What is further away than this from all telemetry is a mistake whatever it belongs to.
FARTHEST: Final = 30 * 86_400 * MICROSECONDS


def check_labels(manifest: Manifest | None, layout: Layout, findings: Findings) -> None:
    """Labels that can't be read raise as well."""
    injections = layout.injections()
    normal = layout.normal_windows()
    if manifest is None:
        for injection in injections:
            _check_foreign(injection, findings)
        return
    for window in normal:
        if window.start < manifest.window.start or window.end > manifest.window.end:
            raise DatasetError(f"{_text(window)} reaches beyond the dataset's window", file=NORMAL, hint=TRUTH)
    for place, injection in enumerate(injections):
        _check_injection(place, injection, manifest, findings)
    _compare_ids(manifest, injections)


def _check_injection(place: int, injection: Injection, manifest: Manifest, findings: Findings) -> None:
    slack = round(jitter_of(manifest) * MICROSECONDS)
    around = Window(manifest.window.start - slack, manifest.window.end + slack)
    if injection.labels and not any(_touches(label, around) for label in injection.labels):
        problem = f"injection {injection.injection_id} ({injection.kind}) lies outside of the dataset's window"
        raise DatasetError(problem, file=INJECTIONS, hint=TRUTH)
    for index, label in enumerate(injection.labels):
        problem = _wrong_pod(label, manifest, findings)
        if any(_is_far(moment, around) for moment in (label.start, label.end, label.onset)):
            problem = "its times are more than 30 days away from the dataset's window"
        if problem:
            where = f"injections[{place}].pods[{index}]"
            raise DatasetError(f"{where}: {problem}", file=INJECTIONS, hint=TRUTH)


def _wrong_pod(label: PodLabel, manifest: Manifest, findings: Findings) -> str:
    """A pod that was gone before the dataset was built may be known from its rows alone."""
    told = manifest.services.get(label.pod)
    if told is not None:
        return "" if told == label.service else f"{label.pod!r} is of {told!r}, not of {label.service!r}"
    services = _services(manifest.content)
    is_known = label.pod in findings.names if manifest.services else label.service in services or not services
    return "" if is_known else f"no pod {label.pod!r} in the system of dataset.json"


def _check_foreign(injection: Injection, findings: Findings) -> None:
    """Of the original MicroServo, whose rows tell which pods and which time there are; others have no such labels."""
    for label in injection.labels:
        if not findings.knows(label.pod) and not findings.knows(label.service):
            problem = f"{injection.kind} on {label.pod!r}: no row of the telemetry is of this pod or its service"
            raise DatasetError(problem, file=GROUNDTRUTH, hint=TRUTH)
        window = findings.clocks.window()
        if window and not _touches(label, Window(window.start - SLACK, window.end + SLACK)):
            began = "" if label.start is None else f" at {text_of(label.start)}"
            rows = f"from {text_of(window.start)} to {text_of(window.end)}"
            findings.warn(
                f"{injection.kind} on {label.pod!r}{began} lies outside of the telemetry, which is {rows}: "
                "one of the clocks is wrong",
                file=GROUNDTRUTH,
            )


def _touches(label: PodLabel, window: Window) -> bool:
    return label.start is not None and label.start < window.end and (label.end is None or label.end > window.start)


def _is_far(moment: int | None, window: Window) -> bool:
    return moment is not None and not window.start - FARTHEST <= moment <= window.end + FARTHEST


def _compare_ids(manifest: Manifest, injections: list[Injection]) -> None:
    ids = [injection.injection_id for injection in injections]
    if len(set(ids)) != len(ids):
        raise DatasetError("two injections have the same id", file=INJECTIONS)
    listed = manifest.content.get("faults")
    if not isinstance(listed, list) or not listed or manifest.format in ("rcaeval", "openrca"):
        return
    told = {fault.get("injection") for fault in listed if isinstance(fault, dict)}
    if told != set(ids):
        odd = ", ".join(sorted(map(str, told ^ set(ids))))[:300]
        raise DatasetError(f"faults: not those of {INJECTIONS}: {odd}", file=MANIFEST, hint=TRUTH)


def _services(content: Mapping[str, Any]) -> set[str]:
    """Names of services; empty when the manifest does not tell."""
    system = content.get("system")
    listed = system.get("services") if isinstance(system, dict) else None
    names = [each.get("name") for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return {name for name in names if isinstance(name, str)}


def _text(window: Window) -> str:
    return f"[{window.start}, {window.end})"
