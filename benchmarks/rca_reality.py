"""How well RCAEval's own methods, unchanged, find the causes in a dataset of ours, beside what was published of them.

    .venv/bin/python benchmarks/rca_reality.py [--file campaigns/rca.yaml] [--keep FOLDER]
    .venv/bin/python benchmarks/rca_reality.py --read FOLDER [--report FILE.md]

The first runs the campaign on a platform of its own (rca.yaml: two and a half hours of a machine that does nothing
else), builds its dataset in the rcaeval format and unpacks it in FOLDER; `--read` reads such a folder, or that of any
other dataset of this format. RCAEval is installed by pip from the package index, in an environment of its own.

Avg@5 of services, with an interval of 95 % from 10,000 draws of the cases. `random` is what a random order of the
case's candidates gets on average, 3/n of n; `worst symptom` puts the service first whose latency has grown most.
A case with several causes at once has no single answer and is left out, as RCAEval's scores leave it out.

Ends with 1 when BARO or NSigma miss the bar over RCAEval's five kinds, when neither finds pod-failure or http-abort,
or when every method is below random on a kind.
"""

import argparse
import csv
import json
import random
import statistics
import subprocess
import sys
import tempfile
import venv
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from campaign_effects import REPO, platform, run_campaigns, set_up_django

FIVE = ("cpu", "mem", "disk", "delay", "loss")
BARS = {"baro": 0.80, "nsigma": 0.85}
FOUND, FOUND_KINDS = 0.6, ("pod-failure", "http-abort")
LEAST_CASES = 40
# Avg@5 on RE1-OB, from the paper of RCAEval (Pham et al. 2025), table of the metric-based methods.
PUBLISHED = {
    "baro": {"cpu": 0.97, "mem": 1.0, "disk": 0.91, "delay": 0.98, "loss": 0.67},
    "nsigma": {"cpu": 0.94, "mem": 1.0, "disk": 0.90, "delay": 0.98, "loss": 0.67},
}
METHODS = ("baro", "nsigma", "worst symptom", "random")
TOP = 5
DRAWS = 10_000
# What its methods for metrics need; the package does not name it.
NEEDS = ("pandas", "requests", "tqdm", "causal-learn")
INSTALL_LIMIT_S, METHODS_LIMIT_S, BUILD_LIMIT_S = 900, 3600, 1800

PAGE = """# How published methods do on our data

Written by `benchmarks/rca_reality.py --read FOLDER --report FILE` from {cases} cases of one run of `{campaign}`.
Avg@5 of services, with 95 % intervals from draws of the cases; in brackets the figure published for RE1-OB.

"""


@dataclass(frozen=True)
class Case:
    """`answers`: the services that were hurt; `fault` as RCAEval names it, or the kind."""

    name: str
    fault: str
    answers: Sequence[str]


Scores = Mapping[str, Sequence[float]]  # of a kind: for each method one Avg@5 per case, in the same order


def average_at(ranks: Sequence[str], answer: str) -> float:
    """Avg@5 of a ranking without repeats: the mean of AC@1 to AC@5 (Pham et al. 2025)."""
    if answer not in ranks[:TOP]:
        return 0.0
    return (TOP - ranks.index(answer)) / TOP


def services(columns: Iterable[str]) -> list[str]:
    """In the order of their first column."""
    return list(dict.fromkeys(column.split("_")[0] for column in columns))


def random_score(candidates: int) -> float:
    """The mean of k/n over k from 1 to 5, where n candidates are ordered at random."""
    return statistics.mean(min(1.0, k / candidates) for k in range(1, TOP + 1))


def worst_symptom(table: Path, inject_time: int) -> list[str]:
    """Services by how many times their latency (90 %) has grown, in the medians of either side."""
    before, after = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    with table.open(newline="") as file:
        for row in csv.DictReader(file):
            side = before if int(row["time"]) < inject_time else after
            for column, value in row.items():
                if column.endswith("_latency-90") and value:
                    side[column.removesuffix("_latency-90")].append(float(value))
    growth = {
        service: statistics.median(after[service]) / statistics.median(values)
        for service, values in before.items()
        if after[service] and statistics.median(values) > 0
    }
    return sorted(growth, key=lambda service: -growth[service])


def cases_of(folder: Path) -> list[Case]:
    record = json.loads((folder / "cases.json").read_text())
    found = [Case(each["folder"], fault_of(each["folder"]), each["services"]) for each in record["cases"]]
    single = [case for case in found if len(case.answers) == 1]
    several, skipped = len(found) - len(single), len(record["skipped"])
    print(f"{len(found)} cases, {several} of several services left out; {skipped} injections have none")
    return single


def fault_of(case: str) -> str:
    """Of `service_fault/1`."""
    return case.split("/")[0].split("_")[1]


def environment(folder: Path) -> Path:
    """The Python of one that has RCAEval."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, *NEEDS], check=True, timeout=INSTALL_LIMIT_S)
        subprocess.run([*install, "--no-deps", "RCAEval"], check=True, timeout=INSTALL_LIMIT_S)
    return python


def published_answers(folder: Path, python: Path) -> dict[str, dict[str, Any]]:
    script = Path(__file__).with_name("rca_methods.py")
    done = subprocess.run(
        [python, script, folder, *BARS], check=True, stdout=subprocess.PIPE, text=True, timeout=METHODS_LIMIT_S
    )
    answers: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return answers


def scored(folder: Path, cases: Iterable[Case], answers: Mapping[str, Mapping[str, Any]]) -> dict[str, Scores]:
    """By kind."""
    kinds: dict[str, dict[str, list[float]]] = defaultdict(lambda: {method: [] for method in METHODS})
    for case in cases:
        (answer,), scores = case.answers, kinds[case.fault]
        for method in BARS:
            scores[method].append(average_at(services(answers[method][case.name]["ranks"]), answer))
        inject_time = int((folder / case.name / "inject_time.txt").read_text().splitlines()[0])
        scores["worst symptom"].append(average_at(worst_symptom(folder / case.name / "data.csv", inject_time), answer))
        scores["random"].append(random_score(answers["baro"][case.name]["services"]))
    return dict(kinds)


def interval(values: Sequence[float], draw: random.Random) -> tuple[float, float]:
    means = sorted(statistics.fmean(draw.choices(values, k=len(values))) for _ in range(DRAWS))
    return means[int(DRAWS * 0.025)], means[int(DRAWS * 0.975)]


def cell(method: str, kind: str, values: Sequence[float], draw: random.Random) -> str:
    mean = statistics.fmean(values)
    if method == "random":
        return f"{mean:.2f}"
    low, high = interval(values, draw)
    known = PUBLISHED.get(method, {}).get(kind)
    return f"{mean:.2f} [{low:.2f}, {high:.2f}]" + (f" ({known:.2f})" if known is not None else "")


def together(kinds: Mapping[str, Scores], chosen: Callable[[str], bool]) -> Scores:
    return {method: [value for kind in kinds if chosen(kind) for value in kinds[kind][method]] for method in METHODS}


def table(kinds: Mapping[str, Scores]) -> str:
    draw = random.Random(0)
    rows = {kind: kinds[kind] for kind in sorted(kinds, key=lambda kind: (kind not in FIVE, kind))}
    rows |= {"RCAEval's five": together(kinds, FIVE.__contains__), "all": together(kinds, lambda kind: True)}
    lines = ["| kind | cases | BARO | NSigma | worst symptom | random |", "|---|---|---|---|---|---|"]
    for kind, scores in rows.items():
        if scores["random"]:
            cells = " | ".join(cell(method, kind, scores[method], draw) for method in METHODS)
            lines.append(f"| {kind} | {len(scores['random'])} | {cells} |")
    return "\n".join(lines) + "\n"


def misses(kinds: Mapping[str, Scores]) -> list[str]:
    means = {kind: {method: statistics.fmean(values) for method, values in kinds[kind].items()} for kind in kinds}
    five, cases = together(kinds, FIVE.__contains__), sum(len(scores["random"]) for scores in kinds.values())
    found = [f"{cases} cases: {LEAST_CASES} are needed"] if cases < LEAST_CASES else []
    for method, bar in BARS.items():
        mean = statistics.fmean(five[method]) if five[method] else 0.0
        found += [f"{method} has {mean:.2f} over {', '.join(FIVE)}: the bar is {bar:.2f}"] if mean < bar else []
    for kind in FOUND_KINDS:
        best = max((means[kind][method] for method in BARS), default=0.0) if kind in means else 0.0
        found += [f"{kind} is found with {best:.2f} at best: the bar is {FOUND}"] if best < FOUND else []
    for kind, of in means.items():
        if max(of[method] for method in METHODS[:3]) < of["random"]:
            found.append(f"{kind}: every method is below random")
    return found


def made(file: str, folder: Path) -> Path:
    """The folder, with the campaign's dataset unpacked in it."""
    with platform():
        run_campaigns(file, 1)
        build = ["dataset", "build", "--campaign", newest_campaign(), "--format", "rcaeval", "--name", "rca", "--wait"]
        subprocess.run([REPO / "microservo", *build], check=True, timeout=BUILD_LIMIT_S)
        export = ["dataset", "export", newest_dataset(), "--out", folder, "--unpack"]
        subprocess.run([REPO / "microservo", *export], check=True, timeout=BUILD_LIMIT_S)
    return folder


def newest_campaign() -> str:
    set_up_django()
    from campaigns.models import Campaign

    return str(Campaign.objects.latest("created_at").id)


def newest_dataset() -> str:
    set_up_django()
    from datasets.models import Dataset

    return str(Dataset.objects.latest("created_at").id)


def dataset_in(folder: Path) -> Path:
    """The folder itself, or the one of a dataset that was unpacked in it."""
    found = sorted(path.parent for path in [*folder.glob("cases.json"), *folder.glob("*/cases.json")])
    if len(found) != 1:
        raise SystemExit(f"{folder}: expected one dataset of the rcaeval format in it, found {len(found)}")
    return found[0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", default=str(REPO / "campaigns" / "rca.yaml"))
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="for the dataset, which stays")
    parser.add_argument("--read", type=Path, metavar="FOLDER", help="a dataset that is there already")
    parser.add_argument("--environment", type=Path, metavar="FOLDER", help="for RCAEval, which stays")
    parser.add_argument("--report", type=Path, metavar="FILE.md")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rca-") as scratch:
        python = environment(arguments.environment or Path(scratch) / "environment")
        kept = arguments.keep or Path(scratch) / "dataset"
        kept.mkdir(parents=True, exist_ok=True)
        folder = dataset_in(arguments.read or made(arguments.file, kept))
        cases = cases_of(folder)
        kinds = scored(folder, cases, published_answers(folder, python))
    told = table(kinds)
    print(told)
    if arguments.report:
        arguments.report.write_text(PAGE.format(cases=len(cases), campaign=Path(arguments.file).name) + told)
    for miss in (found := misses(kinds)):
        print(f"missed: {miss}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
