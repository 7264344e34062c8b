"""What /proc says of the machine, under node_exporter's names."""

from pathlib import Path

import pytest

from local_cluster.collector.node import TICKS, Node
from local_cluster.collector.samples import SampleColumns

CPU = "cpu  {} {} {} {} {} 0 0 {} 0 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n".format(*(TICKS * part for part in range(1, 7)))


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    (tmp_path / "stat").write_text(CPU)
    (tmp_path / "loadavg").write_text("2.50 1.00 0.50 3/135 17554\n")
    (tmp_path / "pressure").mkdir()
    (tmp_path / "pressure" / "cpu").write_text(
        "some avg10=15.17 avg60=19.94 avg300=9.03 total=38134967\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
    )
    return tmp_path


def sampled(proc: Path) -> dict[tuple[str, str], float]:
    samples = SampleColumns(1)
    Node("local", proc).add_samples(samples)
    columns = samples.columns()
    assert set(columns["pod"]) == set(columns["service"]) == {""}
    return dict(zip(zip(columns["metric"], columns["labels"], strict=True), columns["value"], strict=True))


def test_cpu_load_and_pressure(proc: Path) -> None:
    found = sampled(proc)
    assert found["node_cpu_seconds_total", "mode=user,node=local"] == 1
    assert found["node_cpu_seconds_total", "mode=idle,node=local"] == 4
    assert found["node_cpu_seconds_total", "mode=steal,node=local"] == 6
    assert found["node_load1", "node=local"] == 2.5
    assert found["node_pressure_cpu_waiting_seconds_total", "node=local"] == 38.134967


def test_a_kernel_without_pressure_has_no_such_sample(proc: Path) -> None:
    (proc / "pressure" / "cpu").unlink()
    assert not [name for name in sampled(proc) if "pressure" in name[0]]


def test_this_machine_has_been_busy_for_some_time() -> None:
    samples = SampleColumns(1)
    Node("local").add_samples(samples)
    assert sum(samples.columns()["value"]) > 0
