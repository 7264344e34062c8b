"""How fast a window becomes a dataset, in how much memory, and against pandas and zipfile; each against its bar.

    .venv/bin/python benchmarks/dataset_export.py [--rows 17000000] [--threads 2] [--folder FOLDER]

`--rows` is the sum of the three tables: ten parts of logs, two of spans, five of samples. Each measurement is a
process of its own, whose peak of resident memory is what the kernel reports when it ends. Memory is flat when it
takes as much for the whole as for a tenth. pandas gets a sample of the rows: it could not hold them all.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

REPO: Final = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPO / "benchmarks"), str(REPO / "platform_backend")]

SHARES: Final = {"logs": 10, "spans": 2, "samples": 5}
SAMPLE_ROWS: Final = 1_020_000  # what pandas gets
MEGABYTE: Final = 1 << 20

BARS: Final = {"csv_rows_s": 1e6, "csv_rss_mb": 400, "csv_ratio": 15, "parquet_rows_s": 5e6, "flat": 1.25}


@dataclass(frozen=True)
class Measured:
    rows: int
    seconds: float
    cpu_seconds: float
    rss_mb: float
    zip_mb: float

    @property
    def rows_s(self) -> float:
        return self.rows / self.seconds

    @property
    def rows_cpu_s(self) -> float:
        return self.rows / self.cpu_seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=17_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=REPO / "var" / "benchmarks" / "export")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        print(json.dumps(asdict(measure(chosen.measure, chosen.folder, chosen.rows, chosen.threads))))
    else:
        report(chosen.folder, chosen.rows, chosen.threads)


def report(folder: Path, rows: int, threads: int) -> None:
    sample = min(rows, SAMPLE_ROWS)
    print(f"{rows:,} rows, {threads} threads, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    csv = _in_a_child("csv", folder, rows, threads)
    tenth = _in_a_child("csv", folder, rows // 10, threads)
    parquet = _in_a_child("parquet", folder, rows, threads)
    naive = _in_a_child("pandas", folder, sample, threads)
    _bar("csv, rows/s", csv.rows_s, BARS["csv_rows_s"])
    _bar("csv, MB of memory", csv.rss_mb, BARS["csv_rss_mb"], at_most=True)
    _bar("csv, memory against that of a tenth of the rows", csv.rss_mb / tenth.rss_mb, BARS["flat"], at_most=True)
    _bar(f"csv, times as fast as pandas + zipfile on {naive.rows:,} rows", csv.rows_s / naive.rows_s, BARS["csv_ratio"])
    _bar("parquet, rows/s", parquet.rows_s, BARS["parquet_rows_s"])
    # What neighbours on the machine change less: rows by second of CPU, of which the export takes two at once.
    print(
        f"     csv: {csv.rows_cpu_s:,.0f} rows by second of CPU, {csv.rows_cpu_s / naive.rows_cpu_s:.1f} times pandas'"
    )


def measure(what: str, folder: Path, rows: int, threads: int) -> Measured:
    """In this process, which has done nothing else."""
    work = folder / f"work-{what}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    export = EXPORTS[what](folder / f"store-{rows}", work, threads)
    cpu, begun = time.process_time(), time.monotonic()
    try:
        done, size = export()
        seconds, cpu_seconds = time.monotonic() - begun, time.process_time() - cpu
    finally:
        shutil.rmtree(work)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measured(done, seconds, cpu_seconds, peak, size / MEGABYTE)


def _in_a_child(what: str, folder: Path, rows: int, threads: int) -> Measured:
    from cli.programs import WORKER_ENVIRONMENT

    _store(folder, rows)
    command = [sys.executable, __file__, "--measure", what, "--folder", str(folder)]
    command += ["--rows", str(rows), "--threads", str(threads)]
    environment = os.environ | WORKER_ENVIRONMENT  # as the platform's own builds have it
    output = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, timeout=3600, env=environment
    ).stdout
    found = Measured(**json.loads(output))
    print(
        f"  {what:8} {found.rows:>12,} rows in {found.seconds:6.2f} s ({found.cpu_seconds:.2f} s of CPU):"
        f" {found.rows_s:>12,.0f} rows/s, {found.rss_mb:5.0f} MB of memory, zip {found.zip_mb:,.0f} MB"
    )
    return found


def _store(folder: Path, rows: int) -> None:
    """Made by a process of its own, as it takes more memory than what is measured."""
    import generated_store

    counts = [f"--{table}={rows * share // sum(SHARES.values())}" for table, share in SHARES.items()]
    subprocess.run(
        [sys.executable, generated_store.__file__, str(folder / f"store-{rows}"), *counts],
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=3600,
    )


# Exports everything into the work folder; returns rows, and bytes of the zip. What it imports is imported before.
Export = Callable[[], tuple[int, int]]


def _platform(kind: str) -> Callable[[Path, Path, int], Export]:
    def prepare(store: Path, work: Path, threads: int) -> Export:
        from common.registry import load_adapter
        from dataset_builder.build import Order, build
        from dataset_builder.formats import FORMATS
        from dataset_builder.manifest import SystemFacts
        from telemetry.adapters.embedded import EmbeddedTelemetry
        from telemetry_store.reader import StoreReader

        order = Order(
            name="bench",
            kind=kind,
            window=_window(store),
            source=EmbeddedTelemetry(StoreReader(store)),
            injections=(),
            facts=SystemFacts(),
            nodes={},
            default_node="local",
        )
        made = load_adapter("datasets", kind, FORMATS)()

        def export() -> tuple[int, int]:
            built = build(order, made, work=work, into=work / "result", progress=_no_progress, threads=threads)
            return sum(built.counts.tables.values()), built.size

        return export

    return prepare


def _pandas(store: Path, work: Path, threads: int) -> Export:
    """What a researcher would write: frames from the rows, the same columns, to_csv, zipfile."""
    import pandas as pd

    from dataset_builder.formats import csv
    from dataset_builder.formats.kpi import path, series_name
    from telemetry.adapters.embedded import EmbeddedTelemetry
    from telemetry_store.reader import StoreReader

    source, window = EmbeddedTelemetry(StoreReader(store)), _window(store)

    def frame(table: str) -> pd.DataFrame:
        return pd.DataFrame([row for batch in source.batches(table, window) for row in batch.to_pylist()])

    def write_logs(logs: pd.DataFrame) -> None:
        times = pd.to_datetime(logs["timestamp"], unit="us", utc=True)
        logs["date"] = times.dt.strftime("%Y-%m-%dT%H:%M:%S.%f").str[:-3] + "Z"
        logs["message"] = "severity:" + logs["level"].str.lower() + ",message:" + logs["message"]
        logs["timestamp"] = logs["timestamp"] / 1e6
        logs = logs.rename(columns={"pod": "cmdb_id"})
        logs.to_csv(work / "log.csv", columns=list(csv.LOG_COLUMNS), index=False)

    def write_spans(spans: pd.DataFrame) -> None:
        types = {"server": "request", "client": "external"}
        spans["type"] = spans["kind"].map(types).fillna("app")
        spans = spans.rename(columns={"pod": "cmdb_id", "parent_span_id": "parent_span"})
        spans.to_csv(work / "trace.csv", columns=list(csv.TRACE_COLUMNS), index=False)

    def write_samples(samples: pd.DataFrame) -> None:
        names = [
            series_name(metric=metric, pod=pod, labels=labels, node="local")
            for metric, pod, labels in zip(samples["metric"], samples["pod"], samples["labels"], strict=True)
        ]
        samples["cmdb_id"], samples["kpi_name"] = [n.cmdb_id for n in names], [n.kpi_name for n in names]
        samples["timestamp"] = samples["timestamp"] // 1_000_000
        for metric, group in samples.groupby("metric"):
            group.to_csv(work / Path(path(metric)).name, columns=list(csv.METRIC_COLUMNS), index=False)

    def export() -> tuple[int, int]:
        rows = 0
        for table, write in {"logs": write_logs, "spans": write_spans, "samples": write_samples}.items():
            found = frame(table)
            rows += len(found)
            write(found)
        archive = work / "naive.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
            for file in sorted(work.glob("*.csv")):
                target.write(file, file.name)
        return rows, archive.stat().st_size

    return export


EXPORTS: Final = {"csv": _platform("csv"), "parquet": _platform("parquet"), "pandas": _pandas}


def _window(store: Path):
    from generated_store import DONE

    from telemetry.records import Window

    done = json.loads((store / DONE).read_text())
    return Window(done["start"], done["end"])


def _no_progress(*, rows: int = 0, written: int = 0, total: int | None = None) -> None:
    """Nobody watches."""


def _bar(what: str, value: float, bar: float, *, at_most: bool = False) -> None:
    kept = value <= bar if at_most else value >= bar
    print(f"{'ok  ' if kept else 'MISS'} {what}: {value:,.2f}, bar {'<=' if at_most else '>='} {bar:,.2f}")


if __name__ == "__main__":
    main()
