"""A data card as Markdown, made from its JSON."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

Card = Mapping[str, Any]

UNKNOWN: Final = "-"
FIGURES: Final = (
    ("log lines", "log_rows"),
    ("of them errors", "log_error_rows"),
    ("spans", "span_rows"),
    ("requests served", "requests"),
    ("failed", "error_ratio"),
    ("p50 ms", "latency_p50_ms"),
    ("p95 ms", "latency_p95_ms"),
    ("CPU cores", "cpu_cores"),
    ("memory", "memory_mean_bytes"),
    ("most memory", "memory_max_bytes"),
)


def readme(card: Card) -> str:
    """Without anything about faults."""
    sections = (
        (f"# {card['name']}", _about(card)),
        ("## What ran", _system(card)),
        ("## Load", _load(card)),
        ("## Telemetry", _telemetry(card)),
        ("## Key figures", _figures(card["kpis"])),
        ("## Gaps", _gaps(card)),
        ("## Left out", _bullets(f"`{metric}`: {reason}" for metric, reason in card["left_out"].items())),
        ("## Limits", _bullets(card["limits"])),
        ("## Licence", [_text(card["licence"])]),
    )
    return _document(sections)


def timeline(card: Card, answers: Card) -> str:
    sections = [
        (f"# {card['name']}: what was injected", ["This page is the answer: keep it from algorithms under test."]),
        ("## Faults", _faults(card, answers)),
        ("## Events, which are no faults", _events(card, answers)),
        ("## Times without faults", _normal(card, answers)),
        ("## Ordered by", _ordered(answers)),
        ("## Load", _load_over_time(card, answers)),
        ("## Key figures in normal times", _figures(_of(answers, "normal"))),
        ("## Key figures while a fault was there", _figures(_of(answers, "fault"))),
    ]
    return _document(sections)


def _about(card: Card) -> list[str]:
    window = card["window"]
    length = (window["end"] - window["start"]) / 1e6
    return [
        f"Telemetry of a microservice system from {window['start_iso']} to {window['end_iso']} ({length:g} s), in the "
        f"format `{card['format']}`. `dataset.json` lists every file with its sha256; `card.json` is this page for "
        "programs.",
        "",
        "What was injected, when, and what it did is below `groundtruth/`, with a timeline in `groundtruth/labels.md`.",
    ]


def _system(card: Card) -> list[str]:
    services = [
        [service["name"], service.get("protocol") or UNKNOWN, service.get("replicas", UNKNOWN), _calls(service)]
        for service in card["system"]["services"]
    ]
    versions = ", ".join(f"{name} {version}" for name, version in sorted(card["versions"].items()))
    return [*_table(("service", "protocol", "replicas", "calls"), services), "", f"Made by: {versions or UNKNOWN}."]


def _calls(service: Mapping[str, Any]) -> str:
    return ", ".join(service.get("calls") or ()) or UNKNOWN


def _load(card: Card) -> list[str]:
    load = card["load"]
    rate = load["measured"]["requests_per_second"]
    lines = [f"Seed of the simulated shoppers: {load['seed']}.", ""]
    return [*lines, f"Measured at the shop's front, over all of the window: {rate:g} requests/s."]


def _load_over_time(card: Card, answers: Card) -> list[str]:
    load = answers["load"]
    measured = load["measured"]
    changes = [f"{_at(card, each['at'])}: {each['requests_per_second']:g} requests/s" for each in load["set"]]
    lines = ["Asked for:", "", *_bullets(changes), ""] if changes else []
    rates = ", ".join(f"{rate:g}" for rate in measured["requests_per_second"])
    return [*lines, f"Measured at the shop's front, requests/s in steps of {measured['step_s']} s: {rates}."]


def _telemetry(card: Card) -> list[str]:
    rows = ", ".join(f"{count:,} {table}" for table, count in card["rows"]["tables"].items())
    interval = card["sampling"]["metric_interval_s"]
    lines = [f"Rows: {rows}, of {len(card['rows']['metrics'])} metrics.", ""]
    lines += [f"Metrics are sampled every {interval:g} s. Traces and logs are not sampled before export."]
    return [*lines, "", "Taken away or changed at export:", "", *_bullets(card["notes"])]


def _gaps(card: Card) -> list[str]:
    rows = [
        [gap["table"], _at(card, gap["start_us"]), f"{(gap['end_us'] - gap['start_us']) / 1e6:.1f} s", gap["reason"]]
        for gap in card["gaps"]
    ]
    return _table(("table", "from", "length", "why"), rows) if rows else ["None is known."]


def _figures(kpis: Mapping[str, Mapping[str, Any]]) -> list[str]:
    rows = [[service, *(_figure(key, figures[key]) for _, key in FIGURES)] for service, figures in kpis.items()]
    return _table(("service", *(title for title, _ in FIGURES)), rows)


def _figure(key: str, value: float | None) -> str:
    if value is None:
        return UNKNOWN
    if key == "error_ratio":
        return f"{value:.2%}"
    return f"{value / 1e6:.1f} MB" if key.endswith("_bytes") else f"{value:,}"


def _faults(card: Card, answers: Card) -> list[str]:
    rows = [
        [
            each["kind"],
            pod["pod"],
            _at(card, pod["start"]),
            _length(pod),
            pod["effect"],
            _onset(pod),
            _parameters(each["parameters"]),
            each["ordered_by"] or UNKNOWN,
            each.get("side", UNKNOWN),
        ]
        for each in answers["injections"]
        for pod in each["pods"]
    ]
    if not rows:
        return ["None."]
    titles = ("fault", "pod", "from", "for", "effect", "first seen", "parameters", "ordered by", "side")
    return _table(titles, rows)


def _events(card: Card, answers: Card) -> list[str]:
    rows = [
        [
            each["kind"],
            each["service"],
            _at(card, each["start"]),
            _length(each),
            ", ".join(span["pod"] for span in each["pods"]) or UNKNOWN,
            _parameters({**each["parameters"], **each["detail"]}),
        ]
        for each in answers["events"]
    ]
    return _table(("event", "service", "from", "for", "pods", "parameters"), rows) if rows else ["None."]


def _length(pod: Mapping[str, Any]) -> str:
    if pod["start"] is None or pod["end"] is None:
        return UNKNOWN
    return f"{(pod['end'] - pod['start']) / 1e6:.1f} s"


def _onset(pod: Mapping[str, Any]) -> str:
    return UNKNOWN if pod["onset"] is None else f"after {(pod['onset'] - pod['start']) / 1e6:.1f} s"


def _parameters(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(parameters.items())) or UNKNOWN


def _normal(card: Card, answers: Card) -> list[str]:
    rows = [
        [_at(card, each["start"]), f"{(each['end'] - each['start']) / 1e6:.1f} s", each["verdict"], _doubts(card, each)]
        for each in answers["normal"]
    ]
    return _table(("from", "for", "was", "because"), rows) if rows else ["None."]


def _doubts(card: Card, normal: Mapping[str, Any]) -> str:
    """What was wrong, and since when."""
    return "; ".join(f"{_at(card, each['start'])} {_doubt(each)}" for each in normal.get("doubts", ())) or UNKNOWN


def _doubt(doubt: Mapping[str, Any]) -> str:
    if doubt["what"] == "errors":
        return f"{doubt['failed']} of {doubt['calls']} calls failed"
    if doubt["what"] == "latency":
        return f"{doubt['service']} took {doubt['latency_p95_ms']:g} ms (p95), usual are {doubt['usual_ms']:g} ms"
    if doubt["what"] == "gap":
        return f"{doubt['missing_s']:g} s without telemetry"
    shares = {name.removeprefix("cpu_"): value for name, value in doubt.items() if name.startswith("cpu_")}
    told = ", ".join(f"{value:.0%} {name}" for name, value in shares.items() if value is not None)
    return f"the machine's CPU was {told}"


def _ordered(answers: Card) -> list[str]:
    campaigns = [
        f"campaign {each['name']}, seed {each['seed']}, plan {each['digest']}{_counted(each)}"
        for each in answers["campaigns"]
    ]
    experiments = [f"experiment {each['name']}: {each['kind']}, {each['schedule']}" for each in answers["experiments"]]
    return _bullets([*campaigns, *experiments])


def _counted(campaign: Mapping[str, Any]) -> str:
    """What its steps came to by the end of the window; datasets of older versions do not say."""
    counts = dict(campaign.get("steps", {}))
    total = counts.pop("total", 0)
    named = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    return f"; of {total} steps: {named}" if total else ""


def _of(answers: Card, when: str) -> dict[str, Mapping[str, Any]]:
    return {service: figures[when] for service, figures in answers["kpis"].items()}


def _at(card: Card, moment: int | None) -> str:
    """Seconds since the start of the window: what one compares by eye."""
    return UNKNOWN if moment is None else f"{(moment - card['window']['start']) / 1e6:+.1f} s"


def _document(sections: Iterable[tuple[str, Sequence[str]]]) -> str:
    return "\n\n".join("\n".join([heading, "", *lines]) for heading, lines in sections) + "\n"


def _bullets(lines: Iterable[str]) -> list[str]:
    return [f"- {_text(line)}" for line in lines] or ["Nothing."]


def _table(titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    return [_row(titles), _row(["---"] * len(titles)), *(_row([_cell(value) for value in row]) for row in rows)]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: Any) -> str:
    return _text(str(value)).replace("|", "\\|")


def _text(text: str) -> str:
    """On one line, whatever it holds."""
    return " ".join(text.split())
