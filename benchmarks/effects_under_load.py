"""Run a campaign beside busy processes, and hold its labels against a reading of the telemetry of its own.

    .venv/bin/python benchmarks/effects_under_load.py [--busy 4] [--file campaigns/full.yaml] [--keep FOLDER]
    .venv/bin/python benchmarks/effects_under_load.py --read FOLDER

It starts a platform of its own. `--keep` keeps its state folder, and `--read` only reads one that was kept.

Of the product it uses the labels and the telemetry store, none of the effect check: what each kind leaves no choice
about is counted anew (a delay leaves no call that is faster than itself), and the start of each label is compared with
the first call or tick that shows the fault. Ends with 1 when a label says `absent` of what is unmistakable, or when one
starts more than a second off.
"""

import argparse
import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from campaign_effects import REPO, platform, run_campaigns, set_up_django

SECOND = 1_000_000
BEFORE_S, COOL_DOWN_S = 90, 5
LATEST_START_S = 1.0
UNMISTAKABLE_P = 1e-6
LEAST_CALLS = 10
SMALL_BYTES = 16 << 20
UNLIKELY = 1e-3
GRPC = {400: 13, 401: 16, 403: 7, 404: 12, 429: 14, 502: 14, 503: 14, 504: 14}
# Alone in a session each, so that the kernel's groups give them as much as a pod.
BUSY = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: sum(range(100_000))"


@dataclass(frozen=True)
class Fault:
    """A label, and the product's verdict on it."""

    kind: str
    pod: str
    service: str
    parameters: dict[str, Any]
    start: int
    end: int
    effect: str
    evidence: dict[str, Any]


@dataclass(frozen=True)
class Tables:
    """`calls` are client spans with the pod and service that served them; of all spans and samples of the campaign."""

    calls: pd.DataFrame
    spans: pd.DataFrame
    samples: pd.DataFrame


@dataclass(frozen=True)
class Reading:
    """`clear`: unmistakable; None: this file has no test for it. `begun`: between these moments it took hold."""

    told: str
    clear: bool | None = None
    begun: tuple[float, float] | None = None

    def off(self, start: int) -> float | None:
        """Seconds by which the label's start misses it."""
        if self.begun is None:
            return None
        return max(self.begun[0] - start, start - self.begun[1], 0.0) / SECOND


@contextmanager
def busy(count: int) -> Iterator[None]:
    running = [subprocess.Popen([sys.executable, "-c", BUSY], start_new_session=True) for _ in range(count)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait(timeout=10)


def read_faults() -> list[Fault]:
    set_up_django()
    from faults.models import Label

    rows = Label.objects.exclude(end=None).select_related("injection").order_by("start")
    return [
        Fault(row.kind, row.pod, row.service, row.injection.parameters, row.start, row.end, row.effect, row.evidence)
        for row in rows
    ]


def read_tables(faults: Sequence[Fault]) -> Tables:
    import pyarrow as pa

    from telemetry.records import SCHEMAS, Window
    from telemetry.services import telemetry_source

    window = Window(faults[0].start - (BEFORE_S + 5) * SECOND, faults[-1].end + 15 * SECOND)
    spans, samples = (
        pa.Table.from_batches(telemetry_source().batches(name, window), SCHEMAS[name]).to_pandas()
        for name in ("spans", "samples")
    )
    spans["failed"] = spans.status_code.where(spans.type != "http", spans.status_code // 500) > 0
    spans["end"] = spans.timestamp + spans.duration
    servers = spans[spans.kind == "server"].set_index("parent_span_id")[["pod", "service"]].add_prefix("served_by_")
    servers = servers[~servers.index.duplicated()]
    calls = spans[spans.kind == "client"].join(servers, on="span_id").sort_values("timestamp")
    serving = calls.dropna(subset="served_by_service").drop_duplicates("operation_name").set_index("operation_name")
    calls["callee"] = calls.served_by_service.fillna(calls.operation_name.map(serving.served_by_service))
    return Tables(calls, spans, samples)


def untouched(fault: Fault, faults: Sequence[Fault], moments: pd.Series) -> pd.Series:
    """The minute and a half before it, without other faults and what lingers of them."""
    found = moments.between(fault.start - BEFORE_S * SECOND, fault.start - SECOND)
    for other in faults:
        if other is not fault:
            found &= ~moments.between(other.start - SECOND, other.end + COOL_DOWN_S * SECOND)
    return found


def to_pod(fault: Fault, calls: pd.DataFrame) -> pd.Series:
    """What failed without having arrived may have been meant for it. A store's calls are its callers' commands."""
    if fault.service == "redis-cart":
        return calls.type == "db"
    return (calls.served_by_pod == fault.pod) | (
        calls.served_by_pod.isna() & calls.failed & (calls.callee == fault.service)
    )


def touching(fault: Fault, calls: pd.DataFrame) -> pd.DataFrame:
    of_pod = calls.pod == fault.pod
    if fault.kind.startswith(("http-", "io-")):
        return calls[to_pod(fault, calls)]
    target = fault.parameters.get("target") or ""
    if target:
        return calls[(of_pod & (calls.callee == target)) | (to_pod(fault, calls) & (calls.service == target))]
    return calls[of_pod | to_pod(fault, calls)]


def fisher_p(hits: int, total: int, hits_before: int, total_before: int) -> float:
    """One-sided, towards the side on which the share of `hits` lies."""
    both, everything = hits + hits_before, total + total_before
    falls = hits * total_before < hits_before * total
    counts = range(max(0, both - total_before), hits + 1) if falls else range(hits, min(both, total) + 1)
    whole = log_choose(everything, both)
    return min(1.0, sum(math.exp(log_choose(total, x) + log_choose(total_before, both - x) - whole) for x in counts))


def log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def share_of(name: str, hit: pd.Series, before: pd.Series, during: pd.Series, least: float) -> tuple[str, bool]:
    """A share before and during, in words, and whether its change is at least so large and beyond any doubt."""
    hits, total, earlier, total_before = (int(each) for each in (
        hit[during].sum(), during.sum(), hit[before].sum(), before.sum()))  # fmt: skip
    if not total or not total_before:
        return f"{name}: {total_before} -> {total} calls", False
    p = fisher_p(hits, total, earlier, total_before)
    change = abs(hits / total - earlier / total_before)
    said = f"{name}: {100 * earlier / total_before:.0f} % -> {hits} of {total}, p={p:.0e}"
    return said, p < UNMISTAKABLE_P and change >= least and total >= LEAST_CALLS


def floor_ms(fault: Fault) -> float:
    parameters = fault.parameters
    if fault.kind != "network-delay":
        return float(parameters["delay_ms"])
    crossings = 2 if parameters.get("direction") == "both" else 1
    return float(crossings * (parameters["latency_ms"] - 3 * parameters.get("jitter_ms", 0)))


def read_delay(fault: Fault, faults: Sequence[Fault], tables: Tables) -> Reading:
    """All calls that it hits take as long at least; of some requests, or files, only some do."""
    calls, floor = touching(fault, tables.calls), floor_ms(fault) * 1000 - 1000
    calls = calls[~(calls.failed & (calls.duration < floor))]
    fast = calls.duration < floor
    during = calls.timestamp.between(fault.start, fault.end - floor - SECOND)
    hits_all = fault.kind == "network-delay" or (fault.kind == "http-delay" and fault.parameters["percent"] == 100)
    name = f"faster than {floor / 1000 + 1:.0f} ms"
    said, clear = share_of(name, fast, untouched(fault, faults, calls.timestamp), during, 0.3)
    if not hits_all:
        return Reading(said, clear)
    if not clear or fast[during].mean() > 0.01:
        return Reading(said, False)
    begun = begun_after(calls, fast, fault)
    return Reading(said, True, None if begun and is_of_machine(fault, tables, calls, floor, begun[0]) else begun)


def is_of_machine(fault: Fault, tables: Tables, calls: pd.DataFrame, floor: float, since: float) -> bool:
    """Whether calls that have nothing to do with the pod became as slow before the label, so that nothing tells."""
    others = tables.calls[~tables.calls.index.isin(calls.index)]
    slow = others.duration[others.timestamp.between(since, fault.start)] >= floor
    return bool(len(slow) and slow.mean() > 0.2)


def begun_after(calls: pd.DataFrame, spared: pd.Series, fault: Fault) -> tuple[float, float] | None:
    """Not before the start of the last call that was spared, nor after the end of the first one that was hit.

    Where the machine slows calls as well, the first few after the last spared one may be its work: as many of them as
    come one after another by chance, by the share of the half minute before.
    """
    middle = (fault.start + fault.end) / 2
    near = calls.timestamp.between(fault.start - 30 * SECOND, middle)
    last = calls.timestamp[near & spared].max()
    hit = calls[near & ~spared & (calls.timestamp > last)]
    if pd.isna(last) or hit.empty:
        return None
    by_chance = 1 - spared[near & (calls.timestamp < fault.start)].mean()
    runs = int(math.log(UNLIKELY) / math.log(by_chance)) if 0 < by_chance < 1 else 0
    return float(last), float(hit.end.iloc[min(runs, len(hit) - 1)])


def read_cut(fault: Fault, faults: Sequence[Fault], tables: Tables) -> Reading:
    calls = touching(fault, tables.calls)
    through = ~calls.failed & (calls.end <= fault.end)
    during = calls.timestamp.between(fault.start, fault.end - SECOND)
    before = untouched(fault, faults, calls.timestamp)
    said, clear = share_of("got through", through | before & ~calls.failed, before, during, 0.5)
    return Reading(said, clear, begun_after(calls, through, fault) if clear else None)


def read_abort(fault: Fault, faults: Sequence[Fault], tables: Tables) -> Reading:
    status, least = fault.parameters["status"], fault.parameters["percent"] / 200
    calls = touching(fault, tables.calls)
    if calls.empty:  # nobody who calls it makes spans: the mesh counts
        return read_mesh_abort(fault, tables)
    hit = calls.status_code.isin({status, GRPC.get(status, status)})
    during = calls.timestamp.between(fault.start, fault.end)
    said, clear = share_of(f"answered {status}", hit, untouched(fault, faults, calls.timestamp), during, least)
    first = calls.timestamp[hit & calls.timestamp.between(fault.start - 5 * SECOND, fault.end)].min()
    if not clear or pd.isna(first):
        return Reading(said, clear)
    spared = calls.timestamp[~hit & (calls.timestamp < first)].max()
    return Reading(said, clear, (float(spared), float(calls.end[calls.timestamp == first].min())))


def read_mesh_abort(fault: Fault, tables: Tables) -> Reading:
    status = f"response_code={fault.parameters['status']}"
    rows = tables.samples[tables.samples.metric == "istio_requests_total"]
    rows = rows[
        rows["labels"].str.contains(f"destination_workload={fault.service}") & rows["labels"].str.contains(status)
    ]
    by_tick = rows.groupby("timestamp").value.max().diff().fillna(0)
    grown = by_tick[(by_tick.index >= fault.start) & (by_tick.index <= fault.end + 2 * SECOND)].sum()
    return Reading(f"answered {fault.parameters['status']}: {grown:.0f}", bool(grown >= LEAST_CALLS))


def read_pause(fault: Fault, faults: Sequence[Fault], tables: Tables) -> Reading:
    served = tables.spans[(tables.spans.kind == "server") & (tables.spans.pod == fault.pod)].timestamp.sort_values()
    before = untouched(fault, faults, served).sum() / BEFORE_S
    during = served.between(fault.start + SECOND // 10, fault.end).sum()
    expected = before * (fault.end - fault.start) / SECOND
    said = f"served: {before:.1f}/s -> {during}"
    if during or expected < LEAST_CALLS:
        return Reading(said, False)
    last = served[served <= fault.start + SECOND].max()
    return Reading(said, True, (float(last), float(last + 10 * SECOND / max(before, 1))))


def of_pod(fault: Fault, tables: Tables, metric: str) -> pd.Series:
    rows = tables.samples[(tables.samples.pod == fault.pod) & (tables.samples.metric == metric)]
    return rows.set_index("timestamp").value.sort_index()


def read_level(metric: str, *, rate: bool) -> Callable[[Fault, Sequence[Fault], Tables], Reading]:
    def read(fault: Fault, faults: Sequence[Fault], tables: Tables) -> Reading:
        series = of_pod(fault, tables, metric)
        series = (series.diff() / series.index.diff() * SECOND).dropna() if rate else series
        moments = series.index.to_series()
        before, during = series[untouched(fault, faults, moments)], series[moments.between(fault.start, fault.end)]
        if before.empty or during.empty:
            return Reading("no samples", False)
        said = f"{metric.removeprefix('container_')}: {before.median():.3g} -> {during.median():.3g}"
        asked = fault.parameters.get("size_bytes", 0)
        if 0 < asked < SMALL_BYTES:  # what holds it may weigh as much
            return Reading(said)
        clear = bool(during.iloc[1:].min() > before.max() and during.median() - before.median() >= 0.8 * asked)
        above = series[(series > (before.median() + during.median()) / 2) & (moments >= fault.start - 5 * SECOND)]
        return Reading(said, clear, (above.index[0] - SECOND, above.index[0]) if clear else None)

    return read


def read_down(fault: Fault, faults: Sequence[Fault], tables: Tables) -> Reading:
    ready = of_pod(fault, tables, "kube_pod_status_ready")
    during = ready[(ready.index >= fault.start) & (ready.index < fault.end)]
    clear = len(during) >= LEAST_CALLS and not during.any()
    said = f"ready: {int(during.sum())} of {len(during)} ticks"
    was = ready[(ready > 0) & (ready.index < (fault.start + fault.end) / 2)]
    return Reading(said, clear, (float(was.index[-1]), float(was.index[-1] + 2 * SECOND)) if clear else None)


def read_kill(fault: Fault, faults: Sequence[Fault], tables: Tables) -> Reading:
    """A pod that was killed is started again soon after; spans that it served end with it."""
    restarts = of_pod(fault, tables, "kube_pod_container_status_restarts_total")
    moments = restarts[(restarts.diff() > 0)].index
    near = moments[(moments >= fault.start - 5 * SECOND) & (moments <= fault.end + 5 * SECOND)]
    if near.empty:
        return Reading("no restart", False)
    return Reading(f"restarts: {len(near)}", True, (float(near[0] - 4 * SECOND), float(near[0])))


READ: dict[str, Callable[[Fault, Sequence[Fault], Tables], Reading]] = {
    "network-delay": read_delay,
    "http-delay": read_delay,
    "io-latency": read_delay,
    "network-partition": read_cut,
    "http-abort": read_abort,
    "process-pause": read_pause,
    "cpu-stress": read_level("container_cpu_usage_seconds_total", rate=True),
    "memory-stress": read_level("container_memory_working_set_bytes", rate=False),
    "pod-failure": read_down,
    "pod-kill": read_kill,
    "container-kill": read_kill,
    "io-fault": read_kill,
}


def judge(fault: Fault, faults: Sequence[Fault], tables: Tables) -> Reading:
    read = READ.get(fault.kind)
    return read(fault, faults, tables) if read else Reading("-")


def row_of(fault: Fault, reading: Reading) -> str:
    off = reading.off(fault.start)
    strained = fault.evidence.get("host", {}).get("strained")
    cells = (
        f"{fault.kind} {brief(fault.parameters)}",
        fault.pod,
        fault.effect,
        "-" if "p_value" not in fault.evidence else f"{fault.evidence['p_value']:.0e}",
        {True: "strained", False: "calm", None: "-"}[strained],
        reading.told,
        {True: "yes", False: "no", None: "-"}[reading.clear],
        "-" if off is None else f"{off:.2f} s",
    )
    return f"| {' | '.join(cells)} |"


def brief(parameters: dict[str, Any]) -> str:
    idle = {"correlation": 0, "direction": None, "target": "", "path": "", "jitter_ms": 0, "methods": []}
    told = {
        name: value for name, value in parameters.items() if name not in idle or value not in (idle[name], "to", "from")
    }
    return ", ".join(f"{name}={value}" for name, value in told.items())


def conclude(least: int) -> bool:
    """Print the table; whether no label contradicts this file's own reading."""
    faults = read_faults()
    if len(faults) < least:
        print(f"only {len(faults)} labels with an end")
        return False
    tables = read_tables(faults)
    print("| fault | pod | effect | p | machine | own reading: before -> during | unmistakable | start off by |")
    print("|---|---|---|---|---|---|---|---|")
    wrong, late, counts = [], [], {"confirmed": 0, "absent": 0, "unknown": 0}
    for fault in faults:
        reading = judge(fault, faults, tables)
        print(row_of(fault, reading))
        counts[fault.effect] += 1
        wrong += [fault] if reading.clear and fault.effect == "absent" else []
        late += [fault] if (reading.off(fault.start) or 0.0) > LATEST_START_S else []
    print(f"\n{len(faults)} labels: {', '.join(f'{count} {effect}' for effect, count in counts.items())}.")
    print(f"absent though unmistakable: {len(wrong)}. Starts off by more than {LATEST_START_S:g} s: {len(late)}.")
    return not wrong and not late


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--busy", type=int, default=4, help="processes that only compute")
    parser.add_argument("--file", default=str(REPO / "campaigns" / "full.yaml"))
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="the platform's state folder, which stays")
    parser.add_argument("--read", type=Path, metavar="FOLDER", help="only read a folder that was kept")
    arguments = parser.parse_args()
    if arguments.read:
        os.environ["MICROSERVO_STATE_DIR"] = str(arguments.read.resolve())
        return 0 if conclude(1) else 1
    with platform(arguments.keep), busy(arguments.busy):
        run_campaigns(arguments.file, 1)
        print(f"load average {os.getloadavg()[0]:.1f}\n", flush=True)
        well = conclude(1)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
