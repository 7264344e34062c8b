"""What /proc says of the machine, under node_exporter's names."""

from pathlib import Path

import pytest

from local_cluster.collector.node import TICKS, Node
from local_cluster.collector.samples import SampleColumns
from telemetry.metrics import described

CPU = "cpu  {} {} {} {} {} 0 0 {} 0 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n".format(*(TICKS * part for part in range(1, 7)))

DISKS = """\
   7       0 loop0 9 0 9 0 0 0 0 0 0 0 0 0 0 0 0 0 0
   8       0 sda 1 0 10 0 2 0 20 0 0 1500 0 0 0 0 0 0 0
   8       1 sda1 1 0 10 0 2 0 20 0 0 1500 0 0 0 0 0 0 0
   8      16 sdb 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
 259       0 nvme0n1 1 0 2 0 0 0 0 0 0 20 0 0 0 0 0 0 0
 259       1 nvme0n1p1 1 0 2 0 0 0 0 0 0 20 0 0 0 0 0 0 0
"""
NETWORK = """\
Inter-|   Receive                                   |  Transmit
 face |bytes packets errs drop fifo frame compressed multicast|bytes packets errs drop fifo colls carrier compressed
    lo:     700      14    0    0    0     0  0  0      700      14    0    0    0     0       0   0
  eth0:1000000000    14    0    0    0     0  0  0      60       14    0    0    0     0       0   0
  ifb0:       0       0    0    0    0     0  0  0        0       0    0    0    0     0       0   0
"""


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    (tmp_path / "stat").write_text(CPU)
    (tmp_path / "loadavg").write_text("2.50 1.00 0.50 3/135 17554\n")
    (tmp_path / "meminfo").write_text("MemTotal:  1000 kB\nMemAvailable:   400 kB\nHugePages_Total:       0\n")
    (tmp_path / "diskstats").write_text(DISKS)
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "dev").write_text(NETWORK)
    (tmp_path / "pressure").mkdir()
    for name, total in (("cpu", 38134967), ("io", 5), ("memory", 0)):
        (tmp_path / "pressure" / name).write_text(
            f"some avg10=15.17 avg60=19.94 avg300=9.03 total={total}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
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


def test_memory(proc: Path) -> None:
    found = sampled(proc)
    assert {name: value for (name, _), value in found.items() if "memory_" in name and "pressure" not in name} == {
        "node_memory_MemTotal_bytes": 1_024_000,
        "node_memory_MemAvailable_bytes": 409_600,
    }


def test_disks_that_are_used_and_no_partitions(proc: Path) -> None:
    found = {key: value for key, value in sampled(proc).items() if "disk" in key[0]}
    assert {labels for _, labels in found} == {"device=sda,node=local", "device=nvme0n1,node=local"}
    assert found["node_disk_read_bytes_total", "device=sda,node=local"] == 5120
    assert found["node_disk_written_bytes_total", "device=sda,node=local"] == 10240
    assert found["node_disk_io_time_seconds_total", "device=sda,node=local"] == 1.5


def test_interfaces_that_are_used(proc: Path) -> None:
    found = {key: value for key, value in sampled(proc).items() if "network" in key[0]}
    assert found == {
        ("node_network_receive_bytes_total", "device=lo,node=local"): 700,
        ("node_network_transmit_bytes_total", "device=lo,node=local"): 700,
        ("node_network_receive_bytes_total", "device=eth0,node=local"): 1_000_000_000,
        ("node_network_transmit_bytes_total", "device=eth0,node=local"): 60,
    }


def test_pressure_of_disk_and_memory(proc: Path) -> None:
    found = sampled(proc)
    assert found["node_pressure_io_waiting_seconds_total", "node=local"] == 0.000005
    assert found["node_pressure_memory_waiting_seconds_total", "node=local"] == 0


def test_every_metric_of_the_machine_is_explained(proc: Path) -> None:
    assert [name for name, _ in sampled(proc) if not described(name).help] == []


def test_a_kernel_without_pressure_has_no_such_sample(proc: Path) -> None:
    for name in ("cpu", "io", "memory"):
        (proc / "pressure" / name).unlink()
    assert not [name for name in sampled(proc) if "pressure" in name[0]]


def test_this_machine_has_been_busy_for_some_time() -> None:
    samples = SampleColumns(1)
    Node("local").add_samples(samples)
    assert sum(samples.columns()["value"]) > 0
