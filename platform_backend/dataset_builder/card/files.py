"""The data card: what a dataset holds, how it came to be, what is missing, what to beware of.

    card.json, README.md                    for everyone, also for an algorithm under test
    groundtruth/card.json, labels.md        what was injected, when, and what it did: the answers
    groundtruth/split.json, jitter.json     only with the knobs `train_fraction`, `onset_jitter_s`

Everything below groundtruth/ is the answer and nothing else is, but for `ANSWERS` of dataset.json. Nothing here
depends on when or how fast the dataset was built.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from dataset_builder.card import markdown, notes
from dataset_builder.card.summary import Summary, summarise
from dataset_builder.events import Event, event_record, events_in
from dataset_builder.files import Progress
from dataset_builder.formats.base import Export, RowCounts
from dataset_builder.labels import Injection, PodLabel, in_window, normal_record
from dataset_builder.manifest import SystemFacts, iso, window_record
from dataset_builder.split import Split, split_injections

CARD_VERSION: Final = 3
CARD: Final = "card.json"
README: Final = "README.md"
ANSWERS_CARD: Final = "groundtruth/card.json"
TIMELINE: Final = "groundtruth/labels.md"
SPLIT: Final = "groundtruth/split.json"
JITTER: Final = "groundtruth/jitter.json"


@dataclass(frozen=True, slots=True)
class Origin:
    """What the platform knows about how the window came to be."""

    campaigns: Sequence[Mapping[str, Any]] = ()  # those that ran in the window
    experiments: Sequence[Mapping[str, Any]] = ()  # those whose injections touched it
    ordered_by: Mapping[str, str] = field(default_factory=dict)  # injection: "campaign NAME" or "experiment NAME"
    load_set: Sequence[Mapping[str, Any]] = ()  # at (microseconds), requests_per_second
    licence: str = ""


UNKNOWN: Final = Origin()


@dataclass(frozen=True, slots=True)
class Subject:
    """The dataset that the card is about."""

    name: str
    kind: str  # the format's name
    export: Export
    facts: SystemFacts
    origin: Origin
    counts: RowCounts  # as written


def card_files(subject: Subject, progress: Progress) -> dict[str, bytes]:
    """The files by path; reads the held telemetry once. `progress` may raise to stop it."""
    summary = summarise(subject.export, progress)
    split = split_of(subject.export)
    public, answers = _card(subject, summary), _answers(subject, summary, split)
    files = {
        CARD: _json(public),
        README: markdown.readme(public).encode(),
        ANSWERS_CARD: _json(answers),
        TIMELINE: markdown.timeline(public, answers).encode(),
    }
    if split is not None:
        files[SPLIT] = _json({**_split_terms(subject.export), **split.to_record()})
    if subject.export.knobs.onset_jitter_s:
        files[JITTER] = _json(_jitter(subject.export))
    return files


def split_of(export: Export) -> Split | None:
    knobs = export.knobs
    if knobs.train_fraction is None:
        return None
    return split_injections(
        export.injections,
        window=export.window,
        normal=export.normal,
        reach=export.reach,
        train_fraction=knobs.train_fraction,
        seed=knobs.seed,
    )


def _card(subject: Subject, summary: Summary) -> dict[str, Any]:
    facts, knobs = subject.facts, subject.export.knobs
    return {
        "card_version": CARD_VERSION,
        "name": subject.name,
        "format": subject.kind,
        "window": window_record(subject.export.window),
        "system": {"services": list(facts.services), "pods": list(facts.pods)},
        "versions": dict(facts.versions),
        "load": _load(subject, summary),
        "sampling": {"metric_interval_s": facts.sampling_interval_s, "knobs": knobs.to_record()},
        "rows": {"tables": dict(subject.counts.tables), "metrics": dict(subject.counts.metrics)},
        "kpis": {service: asdict(figures["all"]) for service, figures in summary.services.items()},
        "gaps": list(facts.gaps),
        "left_out": dict(facts.left_out),
        "notes": notes.notes(knobs),
        "limits": notes.limits(subject.kind),
        "licence": subject.origin.licence,
    }


def _load(subject: Subject, summary: Summary) -> dict[str, Any]:
    """One figure for all of the window: when the load changes tells when a campaign begins."""
    return {
        "seed": subject.facts.load.get("seed"),
        "measured": {"requests_per_second": summary.load_mean},
    }


def _load_over_time(subject: Subject, summary: Summary) -> dict[str, Any]:
    return {
        "set": [dict(each) for each in subject.origin.load_set],
        "measured": {"step_s": summary.load_step_s, "requests_per_second": list(summary.load)},
    }


def _answers(subject: Subject, summary: Summary, split: Split | None) -> dict[str, Any]:
    export = subject.export
    sides = {} if split is None else {each: side for side, found in split.injections.items() for each in found}
    return {
        "card_version": CARD_VERSION,
        "name": subject.name,
        "campaigns": [dict(each) for each in subject.origin.campaigns],
        "experiments": [dict(each) for each in subject.origin.experiments],
        "load": _load_over_time(subject, summary),
        "injections": [_injection(each, subject.origin, sides) for each in in_window(export.injections, export.window)],
        "events": [_event(each) for each in events_in(export.events, export.window)],
        **normal_record(export.vetted, export.normal),
        "kpis": {
            service: {when: asdict(figures[when]) for when in ("normal", "fault")}
            for service, figures in summary.services.items()
        },
        "series": summary.series,
    }


def _injection(injection: Injection, origin: Origin, sides: Mapping[str, str]) -> dict[str, Any]:
    record: dict[str, Any] = {
        "injection": injection.injection_id,
        "kind": injection.kind,
        "parameters": dict(injection.parameters),
        "ordered_by": origin.ordered_by.get(injection.injection_id),
        "pods": [_pod(label) for label in sorted(injection.pods, key=lambda label: label.pod)],
    }
    side = sides.get(injection.injection_id)
    return record if side is None else {**record, "side": side}


def _event(event: Event) -> dict[str, Any]:
    times = {f"{name}_iso": None if time is None else iso(time) for name, time in _times(event).items()}
    return {**event_record(event), **times}


def _times(event: Event) -> dict[str, int | None]:
    return {"start": event.start, "end": event.end}


def _pod(label: PodLabel) -> dict[str, Any]:
    times = {name: getattr(label, name) for name in ("start", "end", "onset")}
    return {
        "pod": label.pod,
        "service": label.service,
        **times,
        **{f"{name}_iso": None if time is None else iso(time) for name, time in times.items()},
        "end_reason": label.end_reason,
        "effect": label.effect,
    }


def _split_terms(export: Export) -> dict[str, Any]:
    return {"train_fraction": export.knobs.train_fraction, "seed": export.knobs.seed}


def _jitter(export: Export) -> dict[str, Any]:
    """By how much each label of groundtruth.json is off; the others say what is true."""
    knobs = export.knobs
    moved = [
        {"injection": each.injection_id, "pod": label.pod, "shift_us": knobs.shift_us(each, label)}
        for each in in_window(export.injections, export.window)
        for label in sorted(each.pods, key=lambda label: label.pod)
    ]
    return {"onset_jitter_s": knobs.onset_jitter_s, "seed": knobs.seed, "labels": moved}


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
