"""Run a campaign several times and tell how often the telemetry confirms its faults, per kind.

    .venv/bin/python benchmarks/campaign_effects.py [--runs 10] [--file campaigns/quickstart.yaml] [--report FILE.md]

It starts a platform of its own in a state folder of its own. With `--runs 0` it only reads: the database of the state
folder that config.yaml or MICROSERVO_STATE_DIR names, all of it or the campaign of `--campaign ID`.
`--report` writes the page doc_addons/guides/fault-effects.md. Ends with 1 when a kind misses the bar.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
BAR = 0.9
RUN_LIMIT_S = 3 * 3600
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

sys.path.insert(0, str(REPO / "platform_backend"))

PAGE = """# What each fault does, measured

This page is written by `benchmarks/campaign_effects.py --file campaigns/full.yaml --runs 1 --report FILE`, from the
labels and the effect checks of a campaign on a real local cluster. Medians over the faults of a kind.

- **time to hold**: from the request until the fault was in force. From the call until the telemetry shows it:
  `benchmarks/fault_latency.py`.
- **time to clear**: from the end of its duration until it was gone. Kills are over by themselves; io-fault ends with
  the program that can't write.
- **visible after**: from its start until the first change in the telemetry, see [effect-check](effect-check.md).
- **effect size**: of the KPI that told; Cliff's delta for levels, the difference for shares and rates per second.

"""


@dataclass(frozen=True)
class Hit:
    """One fault on one pod; times in seconds."""

    kind: str
    effect: str
    hold: float  # from the request until it was in force
    clear: float | None  # from its deadline until it was gone; None when it ended otherwise
    visible: float | None  # from its start until the first change in the telemetry
    size: float | None  # as the effect check measured it
    kpi: str


@dataclass(frozen=True)
class Row:
    kind: str
    hits: Sequence[Hit]

    @property
    def confirmed(self) -> float:
        return sum(hit.effect == "confirmed" for hit in self.hits) / len(self.hits)

    def median(self, name: str) -> float | None:
        values = [value for hit in self.hits if (value := getattr(hit, name)) is not None]
        return statistics.median(values) if values else None

    @property
    def kpi(self) -> str:
        """The one that told most often."""
        told = [hit.kpi for hit in self.hits if hit.kpi]
        return statistics.mode(told) if told else "-"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def platform(keep: Path | None = None) -> Iterator[None]:
    """A running platform, in whose state folder this process reads too; `keep` stays."""
    with tempfile.TemporaryDirectory(prefix="effects-") as folder:
        os.environ["MICROSERVO_STATE_DIR"] = str(keep.resolve() if keep else folder)
        os.environ["MICROSERVO_WEB__PORT"] = str(free_port())
        os.environ["MICROSERVO_SHOP__PORT"] = str(free_port())
        subprocess.run([REPO / "microservo", "up", "--detach"], check=True, timeout=180)
        try:
            yield
        finally:
            subprocess.run([REPO / "microservo", "down"], check=True, timeout=150)


def run_campaigns(file: str, runs: int) -> bool:
    """Whether each of them completed."""
    well = True
    for number in range(1, runs + 1):
        print(f"\nrun {number} of {runs}", flush=True)
        done = subprocess.run([REPO / "microservo", "campaign", "run", file], check=False, timeout=RUN_LIMIT_S)
        well = well and done.returncode == 0
    return well


def set_up_django() -> None:
    """For the database of the state folder."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "platform_backend.settings"
    import django

    django.setup()


def read_hits(campaign: str) -> list[Hit]:
    set_up_django()
    from campaigns.models import Step
    from faults.models import Label

    labels = Label.objects.filter(effect_checked=True).select_related("injection")
    if campaign:
        labels = labels.filter(injection__campaign_step__in=Step.objects.filter(campaign=campaign).values("id"))
    return [hit_of(label) for label in labels]


def hit_of(label: "object") -> Hit:
    injection = label.injection
    requested = (injection.requested_at - EPOCH) // timedelta(microseconds=1)
    over = label.start + injection.duration_s * 1e6
    return Hit(
        kind=label.kind,
        effect=label.effect,
        hold=(label.start - requested) / 1e6,
        clear=(label.end - over) / 1e6 if label.end_reason == "deadline" else None,
        visible=(label.onset - label.start) / 1e6 if label.onset is not None else None,
        size=label.evidence.get("effect_size"),
        kpi=label.evidence.get("kpi", ""),
    )


def rows_of(hits: Iterable[Hit]) -> list[Row]:
    by_kind: defaultdict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_kind[hit.kind].append(hit)
    return [Row(kind, by_kind[kind]) for kind in sorted(by_kind)]


def shown(value: float | None, unit: str = "") -> str:
    return "-" if value is None else f"{round(value, 2) + 0:.2f}{unit}"  # + 0: no minus zero


def report(rows: Sequence[Row]) -> str:
    lines = [
        "| kind | faults | time to hold | time to clear | visible after | KPI that told | effect size | confirmed |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = (
            f"`{row.kind}`",
            str(len(row.hits)),
            shown(row.median("hold"), " s"),
            shown(row.median("clear"), " s"),
            shown(row.median("visible"), " s"),
            row.kpi,
            shown(row.median("size")),
            f"{100 * row.confirmed:.0f} %",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def print_bars(rows: Sequence[Row]) -> bool:
    """Whether every kind meets the bar."""
    print(f"\n{'kind':<22}{'confirmed':>12}{'bar':>8}")
    for row in rows:
        confirmed = sum(hit.effect == "confirmed" for hit in row.hits)
        verdict = "ok" if row.confirmed >= BAR else "MISSED"
        print(f"{row.kind:<22}{confirmed:>5} of {len(row.hits):<4}{100 * BAR:>6.0f} %  {verdict}")
    return bool(rows) and all(row.confirmed >= BAR for row in rows)


def conclude(campaign: str, target: Path | None) -> bool:
    rows = rows_of(read_hits(campaign))
    if target:
        target.write_text(PAGE + report(rows), encoding="utf-8")
    return print_bars(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--file", default=str(REPO / "campaigns" / "quickstart.yaml"))
    parser.add_argument("--campaign", default="", metavar="ID", help="only faults of this campaign")
    parser.add_argument("--report", type=Path, metavar="FILE.md", help="write the table of the docs")
    arguments = parser.parse_args()
    if not arguments.runs:
        return 0 if conclude(arguments.campaign, arguments.report) else 1
    with platform():
        completed = run_campaigns(arguments.file, arguments.runs)
        well = conclude(arguments.campaign, arguments.report)
    return 0 if completed and well else 1


if __name__ == "__main__":
    sys.exit(main())
