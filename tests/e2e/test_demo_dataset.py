"""The demo, end to end, and whether its dataset tells the truth: read with plain pandas, as its users would."""

import dataclasses
import hashlib
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import yaml

from tests.e2e.kpis import KPIS, Dataset, Label, calls_to
from tests.e2e.platform_copy import free_ports
from tests.modes import open_to_others

REPO = Path(__file__).resolve().parents[2]
# Called by others, calls nobody, and never a target of the demo.
BYSTANDER = Label("", "shippingservice-0", "shippingservice", 0, 0)
# The collector samples every second, so a label can be checked against metrics to two samples at best.
EDGE_SECONDS = 10
# The campaign leaves at least so much between two faults.
QUIET_SECONDS = 10
# A third of the delay that the campaign injects, many times what a call takes otherwise.
DELAYED_US = 100_000

pytestmark = pytest.mark.timeout(600)


@dataclasses.dataclass(frozen=True)
class Demo:
    output: str
    dataset: Dataset
    folder: Path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    web, shop = free_ports(2)
    env = os.environ | {
        "MICROSERVO_STATE_DIR": str(folder / "state"),
        "MICROSERVO_WEB__PORT": str(web),
        "MICROSERVO_SHOP__PORT": str(shop),
    }
    command = [str(REPO / "microservo"), "demo", "--out", str(folder / "out")]
    finished = subprocess.run(command, env=env, capture_output=True, text=True, timeout=500, check=False)
    assert finished.returncode == 0, finished.stdout[-4000:] + finished.stderr[-4000:]
    (manifest,) = (folder / "out").rglob("dataset.json")
    return Demo(finished.stdout, Dataset(manifest.parent), folder)


def test_the_export_is_the_users_and_the_state_is_private(demo: Demo) -> None:
    assert open_to_others(demo.folder / "state") == []
    usual = demo.folder / "usual"
    usual.touch()
    assert {path.stat().st_mode for path in (demo.folder / "out").rglob("*.json")} == {usual.stat().st_mode}


def labels_of(demo: Demo, kind: str) -> list[Label]:
    return [label for label in demo.dataset.labels() if label.kind == kind]


def change(demo: Demo, label: Label, subject: Label) -> float:
    """How much the KPI of the label's kind moved on the subject, against the quiet seconds before."""
    measure = KPIS[label.kind].measure
    before = measure(demo.dataset, subject, label.start - QUIET_SECONDS, label.start - 1)
    return measure(demo.dataset, subject, label.start + 1, label.end - 1) - before


def test_prints_a_table_and_the_digest_of_the_manifest(demo: Demo) -> None:
    manifest = (demo.dataset.folder / "dataset.json").read_bytes()
    assert hashlib.sha256(manifest).hexdigest() in demo.output
    assert "EFFECT" in demo.output


def test_counts_and_digests_of_every_file_are_true(demo: Demo) -> None:
    manifest = json.loads((demo.dataset.folder / "dataset.json").read_text())
    for name, entry in manifest["files"].items():
        assert hashlib.sha256((demo.dataset.folder / name).read_bytes()).hexdigest() == entry["sha256"], name
    assert len(pd.read_csv(demo.dataset.folder / "log/log.csv")) == manifest["rows"]["tables"]["logs"]
    assert len(demo.dataset.spans()) == manifest["rows"]["tables"]["spans"]


def test_the_faults_are_those_of_the_quickstart_campaign(demo: Demo) -> None:
    campaign = yaml.safe_load((REPO / "campaigns" / "quickstart.yaml").read_text())
    asked = {(entry["fault"], service) for entry in campaign["matrix"] for service in entry["services"]}
    assert {(label.kind, label.service) for label in demo.dataset.labels()} == asked
    assert {kind for kind, _ in asked} == set(KPIS)


def test_every_effect_is_confirmed_in_the_data_and_on_the_screen(demo: Demo) -> None:
    for label in demo.dataset.labels():
        assert label.effect == "confirmed", label
        assert re.search(rf"{label.kind}\s+{label.pod}\s.*confirmed$", demo.output, re.MULTILINE)


@pytest.mark.parametrize("kind", sorted(KPIS))
def test_fault_moves_its_kpi_on_the_target_and_not_on_a_bystander(demo: Demo, kind: str) -> None:
    kpi = KPIS[kind]
    for label in labels_of(demo, kind):
        assert label.service != BYSTANDER.service
        on_target, on_bystander = change(demo, label, label), change(demo, label, BYSTANDER)
        print(f"{kind} on {label.pod}: {kpi.name} {on_target:+.3f}; on {BYSTANDER.pod} {on_bystander:+.3f}")  # noqa: T201
        assert on_target >= kpi.least
        assert abs(on_bystander) <= kpi.most


def test_delayed_calls_lie_within_the_label(demo: Demo) -> None:
    (label,) = labels_of(demo, "network-delay")
    calls = calls_to(demo.dataset, label.service)
    slow = calls.assign(slow=calls.duration > DELAYED_US)
    # A call can be slow for other reasons too, so what counts is their share, from one second beyond the edges on.
    assert slow[slow.seconds.between(label.start + 2, label.end - 1)].slow.mean() > 0.95
    assert slow[(slow.ended > label.start - 10) & (slow.ended < label.start - 1)].slow.mean() < 0.25
    assert slow[slow.seconds.between(label.end + 1, label.end + 10)].slow.mean() < 0.25


def test_unready_samples_lie_within_the_label(demo: Demo) -> None:
    (label,) = labels_of(demo, "pod-failure")
    ready = demo.dataset.metric("container", "kube_pod_status_ready")
    mine = ready[ready.cmdb_id.str.endswith(f".{label.pod}")]
    unready = mine[(mine.value == 0) & mine.timestamp.between(label.start - 10, label.end + 10)]
    assert abs(unready.timestamp.min() - label.start) <= 2
    assert abs(unready.timestamp.max() - label.end) <= 2


def test_every_parent_span_is_in_the_data_but_for_the_edges(demo: Demo) -> None:
    spans = demo.dataset.spans()
    inner = spans[
        spans.seconds.between(spans.seconds.min() + EDGE_SECONDS, spans.seconds.max() - EDGE_SECONDS)
        & spans.parent_span.notna()
    ]
    orphans = inner[~inner.parent_span.isin(set(spans.span_id))]
    assert len(inner) > 1000
    assert orphans.empty, orphans.head().to_string()


def test_every_called_service_has_spans_and_logs(demo: Demo) -> None:
    pods = json.loads((demo.dataset.folder / "dataset.json").read_text())["system"]["pods"]
    silent = {pod["name"] for pod in pods if pod["service"] in {"redis-cart", "loadgenerator"}}
    names = {pod["name"] for pod in pods} - silent
    assert names <= set(demo.dataset.spans().cmdb_id)
    assert names <= set(pd.read_csv(demo.dataset.folder / "log/log.csv").cmdb_id)


def test_nothing_in_the_data_names_an_injected_fault(demo: Demo) -> None:
    words = re.compile(r"fault filter|injected|chaos|stress|\babort", re.IGNORECASE)
    for path in [demo.dataset.folder / "log/log.csv", demo.dataset.folder / "trace/trace.csv"]:
        found = [line for line in path.read_text().splitlines() if words.search(line)]
        assert not found, found[:3]
