"""Datasets of known content, written by hand: the reader must not be tested against the writer alone."""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

START = 1_718_651_400_000_000
SECOND = 1_000_000
END = START + 60 * SECOND
TABLES = {"log/log.csv": "logs", "trace/trace.csv": "spans"}
ORIGINAL = Path(__file__).parents[1] / "data" / "microservo-sample"

Files = dict[str, bytes]


def csv_files() -> Files:
    """Two pods, a minute, one fault."""
    injections = [
        {
            "injection": "17",
            "kind": "cpu-stress",
            "parameters": {"workers": 2},
            "target": {"services": ["cartservice"], "pods": []},
            "pods": [
                {
                    "pod": "cartservice-0",
                    "service": "cartservice",
                    "start": START + 20 * SECOND,
                    "end": START + 40 * SECOND,
                    "end_reason": "deadline",
                    "effect": "confirmed",
                    "evidence": {"kpi": "cpu"},
                    "onset": START + 21 * SECOND,
                }
            ],
        }
    ]
    normal = {"normal": [{"start": START, "end": START + 20 * SECOND}, {"start": START + 50 * SECOND, "end": END}]}
    truth = {
        "timestamp": [START // SECOND + 20],
        "service": ["cartservice"],
        "cmdb_id": ["cartservice-0"],
        "failure_type": ["cpu-stress"],
        "duration": [20],
    }
    return {
        "log/log.csv": _logs().encode(),
        "trace/trace.csv": _spans().encode(),
        "metric/container/kpi_container_memory_working_set_bytes.csv": _container().encode(),
        "metric/istio/kpi_istio_requests_total.csv": _istio().encode(),
        "groundtruth/groundtruth.json": json.dumps(truth).encode(),
        "groundtruth/injections.json": json.dumps({"injections": injections}, indent=1).encode(),
        "groundtruth/normal.json": json.dumps(normal).encode(),
    }


def _logs() -> str:
    lines = ["log_id,timestamp,date,cmdb_id,message"]
    for index in range(120):
        second = START // SECOND + index // 2
        pod = f"cartservice-{index % 2}"
        text = f"severity:info,message:line {index}" + (', ""quoted""\nsecond line' if index % 10 == 7 else "")
        date = f"2024-06-17T19:10:{index // 2:02d}.000Z"
        lines.append(f'{index},{second}.{index:06d},"{date}","{pod}","{text}"')
    return "\n".join(lines) + "\n"


def _spans() -> str:
    lines = ["timestamp,cmdb_id,span_id,trace_id,duration,type,status_code,operation_name,parent_span"]
    for index in range(60):
        parent = f"{index - 1:016x}" if index % 2 else ""
        kind = "external" if index % 2 else "request"
        lines.append(
            f'{START + index * SECOND},"frontend-0","{index:016x}","{index // 2:032x}",{1000 + index},"{kind}",0,'
            f'"/hipstershop.CartService/GetCart","{parent}"'
        )
    return "\n".join(lines) + "\n"


def _container() -> str:
    name = "container_memory_working_set_bytes"
    rows = [
        f"{START // SECOND + index},local.cartservice-{pod},{name},{1e6 + index}"
        for index in range(60)
        for pod in (0, 1)
    ]
    return "\n".join(["timestamp,cmdb_id,kpi_name,value", *rows]) + "\n"


def _istio() -> str:
    name = "frontend-0.source.frontend.cartservice,istio_requests_total.grpc.200.0"
    rows = [f"{START // SECOND + index},{name},{index}.0" for index in range(60)]
    return "\n".join(["timestamp,cmdb_id,kpi_name,value", *rows]) + "\n"


def manifest(content_of: Files, /, *, format: str = "csv", **more: Any) -> dict[str, Any]:
    """What dataset.json says of the files."""
    tables = {name: rows_of(content) for name, content in content_of.items() if name.endswith(".csv")}
    return {
        "format": format,
        "format_version": 1,
        "name": "demo",
        "window": {"start": START, "end": END},
        "system": {
            "services": [{"name": "cartservice"}, {"name": "frontend"}],
            "pods": [
                {"name": "cartservice-0", "service": "cartservice"},
                {"name": "cartservice-1", "service": "cartservice"},
                {"name": "frontend-0", "service": "frontend"},
            ],
        },
        "faults": [{"injection": "17"}],
        "files": {
            name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            | ({"rows": tables[name]} if name in tables else {})
            for name, content in content_of.items()
        },
        **more,
    }


def rows_of(content: bytes) -> int:
    """Records, the header not among them; a line break inside quotes ends none."""
    quotes, rows = 0, -1
    for line in content.splitlines():
        quotes += line.count(b'"')
        rows += quotes % 2 == 0
    return rows


def write_folder(folder: Path, files: Files, told: dict[str, Any] | None) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    if told is not None:
        (folder / "dataset.json").write_text(json.dumps(told, indent=1))
    return folder


def write_zip(target: Path, folder: Path) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, f"{folder.name}/{file.relative_to(folder).as_posix()}")
    return target


Build = Callable[..., Path]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Write the csv dataset, changed by `change(files)` before its hashes are taken, by `damage(files)` after."""

    def made(
        *,
        change: Callable[[Files], Any] | None = None,
        damage: Callable[[Files], Any] | None = None,
        zipped: bool = False,
        **more: Any,
    ) -> Path:
        files = csv_files()
        if change:
            change(files)
        told = manifest(files, **more)
        if damage:
            damage(files)
        shutil.rmtree(tmp_path / "demo", ignore_errors=True)
        folder = write_folder(tmp_path / "demo", files, told)
        return write_zip(tmp_path / "demo.zip", folder) if zipped else folder

    return made


@pytest.fixture(params=["folder", "zip"])
def dataset(request: pytest.FixtureRequest, build: Build) -> Path:
    return build(zipped=request.param == "zip")
