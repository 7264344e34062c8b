"""Whether the labels of a dataset make sense: known pods, times that have to do with its window."""

from collections.abc import Mapping
from typing import Any, Final

from microservo_sdk.container import MANIFEST
from microservo_sdk.errors import DatasetError
from microservo_sdk.labels import INJECTIONS, NORMAL
from microservo_sdk.layout import Layout
from microservo_sdk.manifest import Manifest
from microservo_sdk.model import Injection, PodLabel, Window

MICROSECONDS: Final = 1_000_000
TRUTH: Final = "the labels are not those of this telemetry; build the dataset again"


def check_labels(manifest: Manifest | None, layout: Layout) -> None:
    """Labels that can't be read raise as well."""
    injections = layout.injections()
    normal = layout.normal_windows()
    if manifest is None:
        return
    slack = round(_jitter(manifest.content) * MICROSECONDS)
    for window in normal:
        if window.start < manifest.window.start or window.end > manifest.window.end:
            raise DatasetError(f"{_text(window)} reaches beyond the dataset's window", file=NORMAL, hint=TRUTH)
    for injection in injections:
        _check_injection(injection, manifest, slack)
    _compare_ids(manifest, injections)


def _check_injection(injection: Injection, manifest: Manifest, slack: int) -> None:
    window = manifest.window
    around = Window(window.start - slack, window.end + slack)
    if injection.labels and not any(_touches(label, around) for label in injection.labels):
        problem = f"injection {injection.injection_id} ({injection.kind}) lies outside of the dataset's window"
        raise DatasetError(problem, file=INJECTIONS, hint=TRUTH)
    services = _services(manifest.content)
    for label in injection.labels:
        if services and label.pod not in manifest.services and label.service not in services:
            problem = f"injection {injection.injection_id}: no pod {label.pod!r} in the system of dataset.json"
            raise DatasetError(problem, file=INJECTIONS, hint=TRUTH)


def _touches(label: PodLabel, window: Window) -> bool:
    return label.start is not None and label.start < window.end and (label.end is None or label.end > window.start)


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


def _jitter(content: Mapping[str, Any]) -> float:
    knobs = content.get("knobs")
    jitter = knobs.get("onset_jitter_s", 0) if isinstance(knobs, dict) else 0
    return float(jitter) if isinstance(jitter, int | float) and 0 <= jitter < 86_400 else 0.0


def _text(window: Window) -> str:
    return f"[{window.start}, {window.end})"
