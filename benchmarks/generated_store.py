"""A telemetry store filled with generated rows of a shop, for the benchmarks; reused when it is there already.

    .venv/bin/python benchmarks/generated_store.py FOLDER [--logs 10000000 --spans 2000000 --samples 5000000]

The rows are written by the store's own segment code, one segment a minute and table, as a collector would leave
them. The same arguments give the same rows.
"""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "platform_backend"))

from telemetry_store.layout import list_folder
from telemetry_store.schemas import SCHEMAS, TABLES, TableName
from telemetry_store.segment import write_segment

START: Final = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z
MINUTE: Final = 60_000_000
SECOND: Final = 1_000_000
DONE: Final = "generated.json"
VERSION: Final = 2  # of what is generated; a folder of another version is made anew

SERVICES: Final = (
    "frontend", "cartservice", "productcatalogservice", "currencyservice", "paymentservice", "shippingservice",
    "emailservice", "checkoutservice", "recommendationservice", "adservice", "redis-cart",
)  # fmt: skip
# Called by the frontend, by share of the calls.
CALLEES: Final = (2, 2, 2, 3, 3, 3, 3, 1, 1, 8, 9, 5, 7)
CALLS_OF_TRACE: Final = 5  # each a client and a server span, under one root
LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")
LEVEL_SHARES: Final = (0.05, 0.89, 0.04, 0.02)
TEMPLATES: Final = (
    "GET /product/{word} done in {number} ms for session {word}-{word}",
    "cart of user {word}-{word} has {number} items",
    "converted {number} USD to EUR for order {word}",
    "received recommendation request for products {word}, {word}, {word}",
    "quote for {number} items to zip {number}: ${number}.{number}",
    "transaction processed: visa ending {number} amount {number} USD, order {word}-{word}",
    "order confirmation {word} sent to {word}@example.com",
    "lookup of product {word} took {number} us, {number} candidates",
)
BANK: Final = 50_000  # different texts, each made unique by a request number
METRICS: Final = tuple(f"container_metric_{number:02}_total" for number in range(60))


@dataclass(frozen=True)
class Generated:
    """Which rows a folder holds: those of [start, end)."""

    logs: int
    spans: int
    samples: int
    start: int
    end: int
    version: int = VERSION


def generate(folder: Path, logs: int, spans: int, samples: int, hours: float = 2) -> Generated:
    """Rows spread evenly over the hours, in `folder`; what is there already is kept if it is the same."""
    wanted = Generated(logs, spans, samples, START, START + round(hours * 60) * MINUTE)
    if _holds(folder, wanted):
        return wanted
    shutil.rmtree(folder, ignore_errors=True)
    rows = {"logs": Logs().rows, "spans": spans_of, "samples": samples_of}
    for table in TABLES:
        (folder / table).mkdir(parents=True)
        _write_table(folder / table, table, getattr(wanted, table), wanted, rows[table])
    (folder / DONE).write_text(json.dumps(asdict(wanted)))
    return wanted


def link(source: Path, folder: Path) -> None:
    """A store of the same segments that may be written to and deleted. Both on one file system."""
    for table in TABLES:
        (folder / table).mkdir(parents=True)
        for segment in list_folder(source / table).segments:
            (folder / table / segment.path.name).hardlink_to(segment.path)


def _holds(folder: Path, wanted: Generated) -> bool:
    done = folder / DONE
    return done.is_file() and json.loads(done.read_text()) == asdict(wanted)


Rows = Callable[[int, int, int], dict[str, pa.Array]]


def _write_table(folder: Path, table: TableName, total: int, window: Generated, rows: Rows) -> None:
    minutes = (window.end - window.start) // MINUTE
    written = 0
    for minute in range(minutes):
        count = total * (minute + 1) // minutes - written
        if not count:
            continue
        columns = rows(window.start + minute * MINUTE, count, written)
        schema = SCHEMAS[table]
        batch = pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema)
        write_segment(folder, table, minute + 1, [batch], None)
        written += count


class Logs:
    def __init__(self) -> None:
        noise = np.random.default_rng(1)
        words = [f"{number:06x}" for number in noise.integers(0, 1 << 24, 5000)]
        self._bank = pa.array([_text(noise, words) for _ in range(BANK)])

    def rows(self, start: int, count: int, before: int) -> dict[str, pa.Array]:
        noise = np.random.default_rng((1, start))
        numbers = np.arange(before, before + count)
        service = noise.integers(0, len(SERVICES), count)
        text = self._bank.take(pa.array(noise.integers(0, BANK, count)))
        traces = pa.array(noise.random(count) < 0.7)
        return {
            "log_id": pa.array(START + numbers),
            "timestamp": pa.array(_times(noise, start, count)),
            **_names(service),
            "level": _take(LEVELS, noise.choice(len(LEVELS), count, p=LEVEL_SHARES)),
            "message": pc.binary_join_element_wise(text, pc.cast(pa.array(numbers), pa.string()), " request="),
            "trace_id": pc.if_else(traces, _hex(noise, count, 16), None),
            "span_id": pc.if_else(traces, _hex(noise, count, 8), None),
        }


def _text(noise: np.random.Generator, words: list[str]) -> str:
    text = TEMPLATES[noise.integers(len(TEMPLATES))]
    while "{" in text:
        text = text.replace("{word}", words[noise.integers(len(words))], 1)
        text = text.replace("{number}", str(noise.integers(1, 1000)), 1)
    return text


def spans_of(start: int, count: int, _before: int) -> dict[str, pa.Array]:
    """Traces of a root and its calls, each call a client span and the server span under it."""
    noise = np.random.default_rng((2, start))
    size = 1 + 2 * CALLS_OF_TRACE
    traces = -(-count // size)
    place = np.arange(count) % size  # in its trace: 0 is the root, odd is a client, even a server
    trace = np.arange(count) // size
    root, client = place == 0, place % 2 == 1
    callee = np.asarray(CALLEES)[noise.integers(0, len(CALLEES), (traces, CALLS_OF_TRACE))]
    called = callee[trace, np.maximum(place - 1, 0) // 2]
    ids = _hex(noise, count, 8)
    parents = np.where(client, np.arange(count) - place, np.arange(count) - 1)
    failed = noise.random(count) < 0.01
    return {
        "timestamp": pa.array(_times(noise, start, traces)[trace] + place * 1500),
        "duration": pa.array((20_000 - place * 1500 + noise.exponential(5000, count)).astype(np.int64)),
        "trace_id": _hex(noise, traces, 16).take(pa.array(trace)),
        "span_id": ids,
        "parent_span_id": pc.if_else(pa.array(root), None, ids.take(pa.array(np.maximum(parents, 0)))),
        **_names(np.where(root | client, 0, called)),
        "operation_name": _take(
            ("/product/{id}", *(f"/hipstershop.{name}/Call" for name in SERVICES)), np.where(root, 0, called + 1)
        ),
        "kind": _take(("server", "client"), client.astype(np.int64)),
        "type": _take(("grpc", "http"), root.astype(np.int64)),
        "status_code": pa.array(np.where(root, np.where(failed, 500, 200), np.where(failed, 14, 0)).astype(np.int32)),
    }


def samples_of(start: int, count: int, _before: int) -> dict[str, pa.Array]:
    """One sample a second of each of as many series as it takes."""
    noise = np.random.default_rng((3, start))
    series = -(-count // 60)
    number = np.arange(count) % series
    second = np.arange(count) // series
    service = number % len(SERVICES)
    kind = number // len(SERVICES)
    labels = [f"node=local,shard={shard}" for shard in range(int(kind.max()) // len(METRICS) + 1)]
    seconds = (start - START) // SECOND + second
    return {
        "timestamp": pa.array(start + second * SECOND),
        **_names(service),
        "metric": _take(METRICS, kind % len(METRICS)),
        "labels": _take(labels, kind // len(METRICS)),
        "value": pa.array(np.round(seconds * (1 + number % 7) + noise.random(count), 4)),
    }


def _times(noise: np.random.Generator, start: int, count: int) -> np.ndarray:
    return np.sort(noise.integers(start, start + MINUTE - SECOND, count))


def _names(service: np.ndarray) -> dict[str, pa.Array]:
    return {"service": _take(SERVICES, service), "pod": _take([f"{name}-0" for name in SERVICES], service)}


def _take(values: tuple[str, ...] | list[str], index: np.ndarray) -> pa.Array:
    return pa.array(values).take(pa.array(index))


def _hex(noise: np.random.Generator, count: int, size: int) -> pa.Array:
    """Ids of `size` random bytes as lower-case hexadecimal text."""
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)[noise.integers(0, 16, (count, 2 * size), np.uint8)]
    text = pa.py_buffer(digits.tobytes())
    offsets = pa.py_buffer((np.arange(count + 1, dtype=np.int32) * 2 * size).tobytes())
    return pa.StringArray.from_buffers(count, offsets, text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--logs", type=int, default=10_000_000)
    parser.add_argument("--spans", type=int, default=2_000_000)
    parser.add_argument("--samples", type=int, default=5_000_000)
    chosen = parser.parse_args()
    begun = time.monotonic()
    print(generate(chosen.folder, chosen.logs, chosen.spans, chosen.samples))
    size = sum(path.stat().st_size for path in chosen.folder.rglob("*.parquet"))
    print(f"{size / 1e6:.0f} MB in {time.monotonic() - begun:.1f} s")


if __name__ == "__main__":
    main()
