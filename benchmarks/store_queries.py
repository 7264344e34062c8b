"""How fast the platform's page queries are on a full telemetry store, while it is written to.

10 M log rows, 2 M spans and 5 M samples over two hours; a second process ingests 3,000 logs, 300 spans and 700
samples a second. Bar: p95 of every page query <= 150 ms. Then the newest page while a dataset is built, against
its quiet time in the same run. Bar: <= 2.

    .venv/bin/python benchmarks/store_queries.py [--dir FOLDER] [--rounds 40] [--no-export]

Ends with 1 when a bar is missed. The generated store stays in --dir for the next run.
"""

import argparse
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from generated_store import SERVICES, Generated, generate, link
from live_ingest import Rates, ingesting

from telemetry.adapters.embedded import EmbeddedTelemetry
from telemetry.ports import AroundQuery, DurationQuery, LogQuery, MetricQuery, TraceQuery
from telemetry.records import Window
from telemetry_store.reader import StoreReader

REPO: Final = Path(__file__).resolve().parents[1]
MINUTE: Final = 60_000_000
SECOND: Final = 1_000_000
BAR_MS: Final = 150.0
EXPORT_BAR: Final = 2.0
WARM_UP: Final = 3


@dataclass(frozen=True)
class Timing:
    name: str
    milliseconds: Sequence[float]
    cpu: float = 0.0  # milliseconds of a query, of all its threads: does not depend on the neighbours

    @property
    def p50(self) -> float:
        return statistics.median(self.milliseconds)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.milliseconds, n=20)[18]

    @property
    def met(self) -> bool:
        return self.p95 <= BAR_MS

    def __str__(self) -> str:
        verdict = "ok" if self.met else "MISSED"
        return (
            f"{self.name:<46}{self.p50:>9.1f}{self.p95:>9.1f}{max(self.milliseconds):>9.1f}{self.cpu:>9.1f}   {verdict}"
        )


class Queries:
    """What the pages ask for. Windows end now, at the newest rows, unless a query says otherwise."""

    def __init__(self, source: EmbeddedTelemetry, generated: Generated) -> None:
        self._source, self._generated = source, generated
        self._begun = time.monotonic()
        self._noise = random.Random(3)
        traces = source.traces(TraceQuery(self._any(30), limit=200)).rows
        self.trace_ids = [row.trace_id for row in traces]
        self._operation = traces[0].operation_name
        self._lines = source.logs(LogQuery(self._any(30), limit=200)).rows

    def all(self) -> dict[str, Callable[[], object]]:
        return {
            "logs: newest page, 15 min": lambda: self._logs(self._last(15)),
            "logs: newest page, 2 h": lambda: self._logs(self._last(120)),
            "logs: newest page of any 15 min": lambda: self._logs(self._any(15)),
            "logs: the page after it": self._next_page,
            "logs: service + ERROR, 2 h": lambda: self._logs(self._last(120), **self._errors()),
            "logs: service + ERROR + substring, 2 h": lambda: self._logs(
                self._last(120), **self._errors(), contains="order"
            ),
            "logs: common substring, 2 h": lambda: self._logs(self._last(120), contains="visa ending"),
            "logs: rare substring, 15 min": lambda: self._logs(self._any(15), contains=self._rare()),
            "logs: rare substring, 2 h": lambda: self._logs(self._last(120), contains=self._rare()),
            "logs: rare text in any case, 2 h": lambda: self._logs(self._last(120), search=self._rare().upper()),
            "logs: rare regular expression, 2 h": lambda: self._logs(self._last(120), regex=f"{self._rare()}$"),
            "logs: of a trace, 15 min": lambda: self._logs(self._any(15), trace_id=self._noise.choice(self.trace_ids)),
            "logs: of a trace, 2 h": lambda: self._logs(self._last(120), trace_id=self._noise.choice(self.trace_ids)),
            "logs: around one": lambda: self._around(),
            "logs: around one, of its pod": lambda: self._around(of_pod=True),
            "logs: histogram, 15 min": lambda: self._histogram(self._last(15)),
            "logs: histogram of a service, 15 min": lambda: self._histogram(self._any(15), services=[self._service()]),
            "logs: histogram of a substring, 15 min": lambda: self._histogram(self._any(15), contains="order"),
            "logs: histogram, 2 h": lambda: self._histogram(self._last(120)),
            "traces: list, 15 min": lambda: self._traces(self._last(15)),
            "traces: list, 2 h": lambda: self._traces(self._last(120)),
            "traces: list of any 15 min": lambda: self._traces(self._any(15)),
            "traces: with errors, 2 h": lambda: self._traces(self._last(120), status="error"),
            "traces: of a service, 2 h": lambda: self._traces(self._last(120), services=[self._service()]),
            "traces: longer than 60 ms, 2 h": lambda: self._traces(self._last(120), min_duration=60_000),
            "traces: of an operation, 50 to 60 ms, 2 h": lambda: self._traces(
                self._last(120), operations=[self._operation], min_duration=50_000, max_duration=60_000
            ),
            "logs: arrivals, live": lambda: self._arrivals(self._source.newest("logs")),
            "logs: arrivals, from half of the store": lambda: self._arrivals(self._lines[0].log_id),
            "logs: arrivals, of rare text": lambda: self._arrivals(self._lines[0].log_id, contains=self._rare()),
            "traces: durations, 15 min": lambda: self._durations(self._any(15)),
            "traces: durations, 2 h": lambda: self._durations(self._last(120)),
            "trace by id, whole store": lambda: self._source.spans(self._noise.choice(self.trace_ids)),
            "topology, 15 min": lambda: self._source.topology(self._any(15)),
            "topology, last 15 min": lambda: self._source.topology(self._last(15)),
            "topology: nodes, 15 min": lambda: self._source.served(self._any(15)),
            "metrics: names, 15 min": lambda: self._source.metric_names(self._any(15)),
            "metrics: range, 15 min": lambda: self._metric(self._any(15)),
            "metrics: rate, 15 min": lambda: self._metric(self._any(15), rate=True),
            "metrics: range, 2 h": lambda: self._metric(self._last(120)),
        }

    def newest_page(self) -> object:
        return self._logs(self._last(15))

    def _logs(self, window: Window, **conditions: object) -> object:
        return self._source.logs(LogQuery(window, **conditions))  # type: ignore[arg-type]

    def _arrivals(self, after: int | None, **conditions: object) -> object:
        always = Window(0, self._generated.end * 2)
        return self._source.arrivals(LogQuery(always, **conditions), after)  # type: ignore[arg-type]

    def _durations(self, window: Window) -> object:
        step = SECOND * max(1, -(-(window.end - window.start) // SECOND // 100))
        return self._source.durations(DurationQuery(window), step=step)

    def _around(self, *, of_pod: bool = False) -> object:
        line = self._noise.choice(self._lines)
        return self._source.logs_around(AroundQuery(line.timestamp, line.log_id, pods=[line.pod] if of_pod else ()))

    def _next_page(self) -> object:
        window = self._any(15)
        moment = self._noise.randrange(window.start, window.end)
        return self._source.logs(LogQuery(window, cursor=(moment, 1)))

    def _histogram(self, window: Window, **conditions: object) -> object:
        step = SECOND * max(1, -(-(window.end - window.start) // SECOND // 100))
        return self._source.log_histogram(LogQuery(window, **conditions), step=step)  # type: ignore[arg-type]

    def _traces(self, window: Window, **conditions: object) -> object:
        return self._source.traces(TraceQuery(window, **conditions))  # type: ignore[arg-type]

    def _metric(self, window: Window, *, rate: bool = False) -> object:
        metric = f"container_metric_{self._noise.randrange(30):02}_total"
        step = SECOND * max(1, (window.end - window.start) // SECOND // 100)
        return self._source.metric_range(MetricQuery(metric, window, step=step, rate=rate))

    def _last(self, minutes: int) -> Window:
        now = self._generated.end + int((time.monotonic() - self._begun) * SECOND)
        return Window(now - minutes * MINUTE, now + MINUTE)

    def _any(self, minutes: int) -> Window:
        start = self._noise.randrange(self._generated.start, self._generated.end - minutes * MINUTE)
        return Window(start, start + minutes * MINUTE)

    def _errors(self) -> dict[str, Sequence[str]]:
        return {"services": [self._service()], "levels": ["ERROR"]}

    def _service(self) -> str:
        return self._noise.choice(SERVICES)

    def _rare(self) -> str:
        """In a handful of rows."""
        return f"request={self._noise.randrange(self._generated.logs)}"


def timed(name: str, query: Callable[[], object], rounds: int) -> Timing:
    for _ in range(WARM_UP):
        query()
    cpu = time.process_time()
    walls = [milliseconds(query) for _ in range(rounds)]
    return Timing(name, walls, (time.process_time() - cpu) * 1000 / rounds)


def milliseconds(query: Callable[[], object]) -> float:
    begun = time.perf_counter()
    query()
    return (time.perf_counter() - begun) * 1000


def paused(query: Callable[[], object]) -> float:
    """As a user asks: after a while, in which others had the caches."""
    time.sleep(0.05)
    return milliseconds(query)


def during_export(queries: Queries, store: Path, rows: int, work: Path) -> bool:
    """The newest page quietly, and beside the niced build of a dataset of everything that was generated."""
    quiet = Timing("newest page, quiet", [paused(queries.newest_page) for _ in range(200)])
    work.mkdir()
    (work / f"store-{rows}").symlink_to(store.absolute(), target_is_directory=True)
    export = [Path(__file__).with_name("dataset_export.py"), "--measure", "csv", "--folder", work, "--rows", rows]
    command = ["nice", "-n", "15", sys.executable, *map(str, export)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
        busy = []
        while child.poll() is None:
            busy.append(paused(queries.newest_page))
    if child.returncode or len(busy) < 20:
        sys.exit(f"the build ended with {child.returncode} after {len(busy)} pages")
    beside = Timing("newest page, during an export", busy)
    print(quiet, beside, sep="\n")
    medians, tails = beside.p50 / quiet.p50, beside.p95 / quiet.p95
    met = medians <= EXPORT_BAR
    print(f"export / quiet: p50 {medians:.2f}, p95 {tails:.2f}   bar {EXPORT_BAR} {'ok' if met else 'MISSED'}")
    return met


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dir", type=Path, default=REPO / "var" / "benchmarks" / "store")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--logs", type=int, default=10_000_000)
    parser.add_argument("--only", default="", help="queries whose name contains this")
    parser.add_argument("--no-export", action="store_true")
    chosen = parser.parse_args()
    generated = generate(chosen.dir, chosen.logs, chosen.logs // 5, chosen.logs // 2)
    work = Path(tempfile.mkdtemp(prefix="store-queries-", dir=chosen.dir.parent))
    try:
        sys.exit(0 if measure(chosen, generated, work) else 1)
    finally:
        shutil.rmtree(work)


def measure(chosen: argparse.Namespace, generated: Generated, work: Path) -> bool:
    link(chosen.dir, work / "store")
    source = EmbeddedTelemetry(StoreReader(work / "store"))
    with ingesting(work / "store", generated.end, Rates()):
        queries = Queries(source, generated)
        print(f"{generated.logs:,} logs, milliseconds; bar: p95 <= {BAR_MS:g}")
        print(f"{'':<46}{'p50':>9}{'p95':>9}{'max':>9}{'cpu':>9}")
        met = []
        for name, query in queries.all().items():
            if chosen.only in name:
                timing = timed(name, query, chosen.rounds)
                print(timing, flush=True)
                met.append(timing.met)
        if not chosen.no_export:
            rows = generated.logs + generated.spans + generated.samples
            met.append(during_export(queries, chosen.dir, rows, work / "export"))
    return all(met)


if __name__ == "__main__":
    main()
