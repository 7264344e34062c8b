"""A report as a page and as a text. What comes from outside is escaped: by the templates in HTML and SVG, here in
Markdown.
"""

import base64
import re
from collections.abc import Iterable, Sequence
from typing import Final

from django.template.loader import render_to_string

from campaigns.report.charts import Chart, clock, effects, timeline
from campaigns.report.content import Report

SPECIAL: Final = re.compile(r"([\\`*_\[\]|<>~&$])")
STEPS: Final = ("#", "Group", "Fault", "Service", "Seconds", "After", "Parameters", "Outcome", "Effect", "Remark")
EVENTS: Final = ("#", "Event", "Service", "From", "To", "Told")
HITS: Final = ("#", "Fault", "Pod", "Start", "From", "To", "Effect", "KPI", "Before", "During", "p", "Size", "Onset")


def as_html(report: Report) -> str:
    """A page that needs nothing else."""
    return render_to_string("campaigns/report.html", {**_context(report), "timeline": timeline(report)})


def as_markdown(report: Report) -> str:
    return "\n".join([*_head(report), *_charts(report), *_steps(report), *_hits(report), *_events(report)]) + "\n"


def _context(report: Report) -> dict[str, object]:
    return {
        "report": report,
        "effects": effects(report),
        "lasted": clock(report.seconds),
        "events": [(event, clock(event.start_s), _until(event.end_s)) for event in report.events],
        "hits": [(hit, clock(hit.start_s), _until(hit.end_s)) for hit in report.hits],
    }


def _until(seconds: float | None) -> str:
    return "not known" if seconds is None else clock(seconds)


def _head(report: Report) -> Iterable[str]:
    counts = ", ".join(f"{count} {name}" for name, count in report.outcomes.items() if count)
    seen = ", ".join(f"{count} {name}" for name, count in report.effect_counts.items() if count)
    load = "as it was" if report.load is None else f"{report.load:g} requests per second"
    facts = (
        ("State", f"{report.state}{f': {report.reason}' if report.reason else ''}"),
        ("Ordered by", report.ordered_by),
        ("Began", f"{report.started:%Y-%m-%d %H:%M:%S} UTC"),
        ("Ended", f"{report.finished:%Y-%m-%d %H:%M:%S} UTC, after {clock(report.seconds)}"),
        ("Load", load),
        ("Steps", f"{len(report.steps)}: {counts or 'none over'}"),
        ("Effects", seen or "none"),
        ("Plan", f"seed {report.seed}, shape {report.shape}, {report.digest}"),
        ("Id", str(report.id)),
    )
    yield f"# Campaign {escaped(report.name)}"
    yield ""
    yield from (f"- **{name}**: {escaped(value)}" for name, value in facts)


def _charts(report: Report) -> Iterable[str]:
    for chart in (timeline(report), effects(report)):
        if chart.bars:
            yield from ("", f"## {chart.title}", "", f"![{chart.title}](data:image/svg+xml;base64,{_encoded(chart)})")


def _encoded(chart: Chart) -> str:
    svg = render_to_string("campaigns/chart.svg", {"chart": chart, "alone": True})
    return base64.b64encode(svg.encode()).decode()


def _steps(report: Report) -> Iterable[str]:
    rows = [
        (
            str(each.number), str(each.group), each.what, each.service, f"{each.seconds:g}", f"{each.after:g}",
            each.parameters, each.outcome, each.effect, each.remark,
        )
        for each in report.steps
    ]  # fmt: skip
    yield from ("", "## Plan", "", *_table(STEPS, rows))


def _hits(report: Report) -> Iterable[str]:
    rows = [
        (
            str(each.number), each.what, each.pod, f"{each.begins:%H:%M:%S}", clock(each.start_s), _until(each.end_s),
            each.effect, each.kpi or each.reason, each.before, each.during, each.p_value, each.effect_size, each.onset,
        )
        for each in report.hits
    ]  # fmt: skip
    yield from ("", "## Effects", "", *(_table(HITS, rows) if rows else ["No pod was hurt."]))


def _events(report: Report) -> Iterable[str]:
    rows = [
        (str(each.number), each.what, each.service, clock(each.start_s), _until(each.end_s), each.told)
        for each in report.events
    ]
    if rows:
        yield from ("", "## Events, which are no faults", "", *_table(EVENTS, rows))


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    yield from (f"| {' | '.join(escaped(cell) for cell in row)} |" for row in rows)


def escaped(text: str) -> str:
    """As text of one line in which nothing is markup."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))
