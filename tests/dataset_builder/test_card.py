"""The data card: complete, the same each time, and without the answers where they do not belong."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from common.registry import load_adapter
from dataset_builder.build import Built, Order, build
from dataset_builder.card.answers import is_answer, without_answers
from dataset_builder.card.files import Origin
from dataset_builder.formats import FORMATS
from dataset_builder.knobs import Knobs
from dataset_builder.labels import Injection
from dataset_builder.manifest import SystemFacts
from faults.catalogue import CATALOGUE
from faults.windows import complement, widened
from platform_backend.config import REPO
from telemetry.records import Window

Build = Callable[..., tuple[Path, Built]]
SECOND = 1_000_000
ALL_KNOBS = Knobs(
    trace_sampling=0.5,
    log_drop=0.25,
    metric_step_s=10,
    missing_services=("redis-cart",),
    onset_jitter_s=2,
    train_fraction=0.5,
    seed=7,
)


@pytest.fixture
def told(order: Order, window: Window, labelled: list[Injection]) -> Order:
    """With everything a card can tell."""
    gap = {"start_us": window.start, "end_us": window.start + 2 * SECOND, "table": "samples", "reason": "restarted"}
    labels = [label for each in labelled for label in each.pods]
    return replace(
        order,
        normal=complement(window, [widened(label.start or 0, label.end or 0) for label in labels]),
        facts=SystemFacts(
            services=[{"name": "cartservice", "protocol": "grpc", "replicas": 2, "calls": ["redis-cart"]}],
            load={"requests_per_second": 10, "seed": 42},
            versions={"python": "3.11"},
            left_out={"container_spec_cpu_shares": "there are no shares | at all"},
            gaps=[gap],
        ),
        origin=Origin(
            campaigns=[
                {"campaign": "c", "name": "pod-failure-run", "seed": 5, "digest": "sha256:ab"}
                | {"steps": {"total": 9, "done": 1, "failed": 1, "skipped": 1, "unusable": 6, "later": 0}}
            ],
            experiments=[{"experiment": "e", "name": "nightly", "kind": "pod-failure", "schedule": "cron"}],
            ordered_by={"in-window": "campaign pod-failure-run"},
            load_set=[{"at": window.start - SECOND, "requests_per_second": 12.5}],
            licence="CC-BY-4.0",
        ),
    )


def read(folder: Path, path: str) -> Any:
    return json.loads((folder / path).read_text(encoding="utf-8"))


def test_the_card_tells_what_ran_and_what_is_missing(build_csv: Build, told: Order, window: Window) -> None:
    folder, built = build_csv(told)
    card = read(folder, "card.json")

    assert card["name"] == "golden"
    assert card["window"]["start"] == window.start
    assert card["load"] == {"seed": 42, "measured": {"requests_per_second": round(1 / 60, 3)}}
    assert card["rows"]["tables"] == dict(built.counts.tables)
    assert card["gaps"][0]["reason"] == "restarted"
    assert card["left_out"] == told.facts.left_out
    assert card["licence"] == "CC-BY-4.0"
    assert card["sampling"]["knobs"] == Knobs().to_record()
    assert card["notes"] == []
    assert card["kpis"]["cartservice"]["log_rows"] == 20


def test_the_page_says_the_same(build_csv: Build, told: Order) -> None:
    folder, _ = build_csv(told)
    page = (folder / "README.md").read_text(encoding="utf-8")

    for words in ("cartservice", "0.017 requests/s", "restarted", "no shares \\| at all", "CC-BY-4.0", "python 3.11"):
        assert words.replace("\\|", "|") in page.replace("\\|", "|"), words
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows if "cartservice" in line} <= {5, 12}


def test_answers_tell_what_was_injected(build_csv: Build, told: Order) -> None:
    folder, _ = build_csv(replace(told, knobs=replace(ALL_KNOBS, missing_services=())))
    answers, timeline = read(folder, "groundtruth/card.json"), (folder / "groundtruth/labels.md").read_text()

    [injection] = answers["injections"]
    assert (injection["kind"], injection["ordered_by"]) == ("pod-failure", "campaign pod-failure-run")
    assert injection["side"] in {"train", "test"}
    [pod] = injection["pods"]
    assert (pod["pod"], pod["end"] - pod["start"]) == ("cartservice-0", 9_600_000)
    assert answers["campaigns"][0]["seed"] == 5
    assert answers["load"]["set"] == told.origin.load_set
    assert answers["load"]["measured"]["step_s"] == 1
    assert len(answers["load"]["measured"]["requests_per_second"]) == 60
    assert "-1.0 s: 12.5 requests/s" in timeline
    assert {"normal", "fault"} == set(answers["kpis"]["cartservice"])
    expected = ("pod-failure", "cartservice-0", "+10.4 s", "9.6 s", "campaign pod-failure-run, seed 5", "nightly")
    for words in (*expected, "of 9 steps: 1 done, 1 failed, 1 skipped, 6 unusable"):
        assert words in timeline, words


@pytest.mark.parametrize("kind", sorted(FORMATS))
@pytest.mark.parametrize("knobs", [Knobs(), ALL_KNOBS], ids=["plain", "knobs"])
def test_a_card_is_in_every_format_and_the_same_each_time(
    kind: str, knobs: Knobs, told: Order, tmp_path: Path, build_csv: Build
) -> None:
    order = replace(told, kind=kind, knobs=knobs)

    first, second = (built_as(order, tmp_path / where) for where in ("first", "second"))

    assert first[1].digest == second[1].digest
    manifest = first[0]
    assert {"card.json", "README.md", "groundtruth/card.json", "groundtruth/labels.md"} <= set(manifest["files"])
    assert ("groundtruth/split.json" in manifest["files"]) == (knobs.train_fraction is not None)
    assert ("groundtruth/jitter.json" in manifest["files"]) == (knobs.onset_jitter_s > 0)
    assert manifest["knobs"] == knobs.to_record()
    assert manifest["licence"] == "CC-BY-4.0"
    assert manifest["seeds"] == {"load": 42, "knobs": knobs.seed}
    assert manifest["split"] == (None if knobs.train_fraction is None else {"train": 1, "test": 0})


def built_as(order: Order, work: Path) -> tuple[Any, Built]:
    work.mkdir()
    built = build(order, load_adapter("datasets", order.kind, FORMATS)(), work=work, into=work / "into", progress=quiet)
    return read(work / "into", "dataset.json"), built


def quiet(*, rows: int = 0, written: int = 0, total: int | None = None) -> None:
    """Nobody watches."""


@pytest.mark.parametrize("knobs", [Knobs(), ALL_KNOBS], ids=["plain", "knobs"])
def test_nothing_but_the_answers_names_what_was_injected(build_csv: Build, told: Order, knobs: Knobs) -> None:
    folder, _ = build_csv(replace(told, knobs=knobs))
    manifest = read(folder, "dataset.json")
    telling = [*CATALOGUE, "in-window", "pod-failure-run", "nightly"]
    told_times = [str(label.start) for each in told.injections for label in each.pods]
    told_times += [str(each["at"]) for each in told.origin.load_set]
    visible = {
        path: (folder / path).read_text(encoding="utf-8") for path in manifest["files"] if not is_answer("csv", path)
    }
    visible["dataset.json"] = json.dumps(without_answers(manifest))

    assert {"card.json", "README.md", "log/log.csv"} <= set(visible)
    assert [(path, word) for path, text in visible.items() for word in [*telling, *told_times] if word in text] == []
    assert "pod-failure" in json.dumps(manifest)
    assert not [path for path in without_answers(manifest)["files"] if path.startswith("groundtruth/")]


def test_answers_of_other_layouts_are_known() -> None:
    assert is_answer("openrca", "record.csv")
    assert is_answer("rcaeval", "cartservice_cpu/1/inject_time.txt")
    assert not is_answer("openrca", "tasks.csv")
    assert not is_answer("csv", "record.csv")


def test_jitter_moves_the_labels_of_groundtruth_and_says_how_far(build_csv: Build, told: Order) -> None:
    knobs = Knobs(onset_jitter_s=5, seed=3)
    folder, _ = build_csv(replace(told, knobs=knobs))

    [true] = read(folder, "groundtruth/injections.json")["injections"]
    [moved] = read(folder, "groundtruth/jitter.json")["labels"]
    shift = moved["shift_us"]
    assert true["pods"][0]["start"] == told.injections[0].pods[0].start
    assert 0 < abs(shift) <= 5 * SECOND
    labels = read(folder, "groundtruth/groundtruth.json")
    assert labels["timestamp"] == [(true["pods"][0]["start"] + shift) // SECOND]
    assert moved == {"injection": "in-window", "pod": "cartservice-0", "shift_us": shift}


def test_the_guide_explains_every_key(build_csv: Build, told: Order) -> None:
    guide = (REPO / "doc_addons" / "guides" / "data-card.md").read_text(encoding="utf-8")
    folder, _ = build_csv(replace(told, knobs=ALL_KNOBS))
    card, answers = read(folder, "card.json"), read(folder, "groundtruth/card.json")
    keys = [*card, *answers, *Knobs().to_record(), *next(iter(card["kpis"].values()))]

    assert [key for key in keys if f"`{key}`" not in guide] == []
