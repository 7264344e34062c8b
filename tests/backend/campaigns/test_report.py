"""The report of a campaign: plan, effects, timeline and charts, with nothing that comes from outside as markup."""

import base64
import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest
from rest_framework.test import APIClient

from campaigns.models import Campaign, Step
from campaigns.report.charts import MOST_TICKS, effects, timeline
from campaigns.report.content import report_of
from campaigns.report.pages import as_html, as_markdown, escaped
from common.errors import Conflict
from faults.models import Label
from tests.backend.campaigns.conftest import CASCADE, World

URL = "/api/v1/campaigns"
EVIL = '<script>alert("x")</script> | [a](javascript:b) `c` & \x1b[31m'


@pytest.fixture
def over(world: World) -> Campaign:
    """Three faults, one of them in a cascade, all confirmed."""
    campaign = world.start(matrix=[{"fault": "cpu-stress", "services": ["frontend"]}, CASCADE])
    return world.until_state(campaign, "completed")


def rectangles(svg: str) -> list[dict[str, str]]:
    space = "{http://www.w3.org/2000/svg}"
    return [each.attrib for each in ElementTree.fromstring(svg).iter(f"{space}rect")]


def charts(text: str) -> list[str]:
    return [base64.b64decode(each).decode() for each in re.findall(r"data:image/svg\+xml;base64,([\w+/=]+)", text)]


def test_it_tells_plan_and_effects(over: Campaign) -> None:
    report = report_of(over.id)
    assert (report.outcomes["done"], report.effect_counts["confirmed"]) == (3, 3)
    assert [(row.what, row.service, row.after) for row in report.steps] == [
        ("cpu-stress", "frontend", 0),
        ("cpu-stress", "frontend", 0),
        ("pod-failure", "cartservice", 12),
    ]
    labels = {label.injection.campaign_step: label for label in Label.objects.all()}
    assert len(report.hits) == len(labels) == 3
    first = labels[Step.objects.get(index=0).id]
    assert report.hits[0].start_s == pytest.approx(first.start / 1e6 - over.started_at.timestamp(), abs=1e-3)
    assert report.hits[0].end_s == pytest.approx(first.end / 1e6 - over.started_at.timestamp(), abs=1e-3)


def test_markdown_has_every_step_and_its_charts(over: Campaign) -> None:
    text = as_markdown(report_of(over.id))
    assert text.startswith("# Campaign small\n")
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## Timeline", "## Effects by kind", "## Plan", "## Effects",
    ]  # fmt: skip
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert len(tables) == 2 * 2 + 3 + 3
    drawn_timeline, drawn_effects = charts(text)
    assert [each["class"] for each in rectangles(drawn_timeline)] == ["confirmed"] * 3
    assert len(rectangles(drawn_effects)) == 2


def test_bars_lie_where_the_faults_were(over: Campaign) -> None:
    report = report_of(over.id)
    chart = timeline(report)
    scale = (chart.right - chart.left) / report.seconds
    for bar, hit in zip(chart.bars, report.hits, strict=True):
        assert float(bar.x) == pytest.approx(chart.left + hit.start_s * scale, abs=0.1)
        assert hit.end_s is not None
        assert float(bar.width) == pytest.approx((hit.end_s - hit.start_s) * scale, abs=0.1)
        assert float(bar.x) + float(bar.width) <= chart.right + 0.1
    assert 2 <= len(chart.ticks) <= MOST_TICKS + 1


def test_html_is_one_page_that_needs_nothing_else(over: Campaign) -> None:
    page = as_html(report_of(over.id))
    assert not re.findall(r"(?:src|href|url\()", page)
    [svg, _] = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert svg.count("<rect") == 3


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.add(tag)


def test_nothing_from_outside_is_markup(over: Campaign) -> None:
    Campaign.objects.update(reason=EVIL)
    Step.objects.update(reason=EVIL, service="<b>s", parameters={"path": EVIL})
    Label.objects.update(service="<b>s", pod='"><img src=x>', evidence={"kpi": EVIL, "before": 1.5, "p_value": None})
    over.refresh_from_db()
    report = report_of(over.id)
    page, text = as_html(report), as_markdown(report)
    tags = _Tags()
    tags.feed(page)
    assert not tags.seen & {"script", "img", "a"}
    assert page.count("<b>s") == 0
    assert "\x1b" not in page + text
    for svg in charts(text):
        assert rectangles(svg)
    rows = [line for line in text.splitlines() if line.startswith("|") and "script" in line]
    assert rows
    assert not re.findall(r"(?<!\\)(?:<script|\[a\]|`c`)", text)
    for row in rows:
        assert len(re.findall(r"(?<!\\)\|", row)) in (11, 14), "a cell stays a cell"


def test_lines_do_not_end_a_cell() -> None:
    assert escaped("a\n# b\r\n| c") == "a # b \\| c"


def test_one_that_hurt_nobody_has_a_report_too(world: World) -> None:
    world.sick(error_ratio=0.9)
    campaign = world.until_state(world.start(), "completed")
    report = report_of(campaign.id)
    assert (report.outcomes["skipped"], report.hits) == (2, [])
    assert not timeline(report).bars
    assert not effects(report).bars
    assert "No pod was hurt." in as_html(report)
    assert "No pod was hurt." in as_markdown(report)


def test_there_is_none_before_the_end(api: APIClient, world: World) -> None:
    campaign = world.start()
    with pytest.raises(Conflict):
        report_of(campaign.id)
    answer = api.get(f"{URL}/{campaign.id}/report")
    assert (answer.status_code, answer.json()["code"]) == (409, "campaign.not_over")


@pytest.mark.parametrize(
    ("query", "accept", "media_type", "beginning"),
    [
        ("", "text/html", "text/html", "<!doctype html>"),
        ("?format=html", "*/*", "text/html", "<!doctype html>"),
        ("?format=markdown", "text/markdown", "text/markdown", "# Campaign small"),
        ("?format=markdown", "application/json", "text/markdown", "# Campaign small"),
    ],
)
def test_over_the_api(api: APIClient, over: Campaign, query: str, accept: str, media_type: str, beginning: str) -> None:
    answer = api.get(f"{URL}/{over.id}/report{query}", HTTP_ACCEPT=accept)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == f"{media_type}; charset=utf-8"
    assert "script-src" not in answer.headers.get("Content-Security-Policy", "")
    assert answer.content.decode().startswith(beginning)


def test_another_format_is_refused_in_json(api: APIClient, over: Campaign) -> None:
    answer = api.get(f"{URL}/{over.id}/report?format=pdf", HTTP_ACCEPT="text/html")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["format"])
