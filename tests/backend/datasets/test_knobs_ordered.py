"""Formats and knobs of an order: checked field by field, kept in the row, and found in what comes out."""

import json
import zipfile
from typing import Any

import pytest
from rest_framework.test import APIClient

from dataset_builder.formats import FORMATS
from datasets import selectors, services
from datasets.models import Dataset, State
from datasets.watch import Watch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]
URL = "/api/v1/datasets"


@pytest.fixture
def body(window: Any) -> dict[str, Any]:
    return {"name": "golden", "from": window.start, "to": window.end}


@pytest.mark.parametrize(
    ("knobs", "field"),
    [
        ({"trace_sampling": 2}, "knobs.trace_sampling"),
        ({"trace_sampling": "a"}, "knobs.trace_sampling"),
        ({"log_drop": -0.1}, "knobs.log_drop"),
        ({"metric_step_s": 1.5}, "knobs.metric_step_s"),
        ({"missing_services": ["nope"]}, "knobs.missing_services"),
        ({"missing_services": "frontend"}, "knobs.missing_services"),
        ({"train_fraction": 1}, "knobs.train_fraction"),
        ({"seed": -1}, "knobs.seed"),
        ({"colour": "red"}, "knobs.colour"),
        ([], "knobs"),
    ],
)
def test_each_wrong_knob_is_named(api: APIClient, body: dict[str, Any], knobs: Any, field: str) -> None:
    answer = api.post(URL, body | {"knobs": knobs})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert not Dataset.objects.exists()


@pytest.mark.parametrize("name", sorted(FORMATS))
@pytest.mark.parametrize("knobs", [{}, {"log_drop": 0.7, "trace_sampling": 0.5, "metric_step_s": 5}], ids=["", "knobs"])
def test_every_format_is_built(
    api: APIClient, body: dict[str, Any], monkeypatch: pytest.MonkeyPatch, name: str, knobs: dict[str, float]
) -> None:
    """Its progress never tells more rows than there are; the number that it tells at first is that of the end."""
    told: list[tuple[int, int]] = []

    def note(self: Watch, **news: Any) -> None:
        call(self, **news)
        told.append((self._rows, self._total))

    call = Watch.__call__
    monkeypatch.setattr(Watch, "__call__", note)
    made = api.post(URL, body | {"format": name, "knobs": knobs}).json()["id"]
    services.dataset_build(dataset_id=made)
    dataset = Dataset.objects.get(pk=made)
    assert (dataset.state, dataset.error) == (State.READY, "")
    assert (dataset.format, dataset.rows_done) == (name, dataset.rows_total)
    assert [(rows, total) for rows, total in told if total and rows > total] == []
    assert {total for _, total in told} <= {0, dataset.rows_total}
    assert len(told) > 10


def test_knobs_are_kept_and_applied(api: APIClient, body: dict[str, Any]) -> None:
    knobs = {"log_drop": 1, "missing_services": ["frontend"], "seed": 7}
    made = api.post(URL, body | {"knobs": knobs}).json()
    assert made["knobs"] | knobs == made["knobs"]
    services.dataset_build(dataset_id=made["id"])
    dataset = Dataset.objects.get(pk=made["id"])
    assert (dataset.state, dataset.error) == (State.READY, "")
    assert dataset.counts["tables"]["logs"] == 0
    with zipfile.ZipFile(selectors.archive_path(dataset)) as archive:
        manifest = json.loads(archive.read("golden/dataset.json"))
        spans = archive.read("golden/trace/trace.csv")
    assert manifest["knobs"] | knobs == manifest["knobs"]
    assert b"frontend-0" not in spans
