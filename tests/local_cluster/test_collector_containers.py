"""Container metrics from real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from local_cluster.collector.containers import ContainerInfo, Containers, parse_cgroups
from local_cluster.collector.procfs import read_process
from local_cluster.collector.samples import SampleColumns
from telemetry_store.left_out import LEFT_OUT

BURN = "while True: pass"
SLEEP = "import time; print('up', flush=True); time.sleep(60)"


@pytest.fixture
def spawn() -> Iterator:
    children: list[subprocess.Popen] = []

    def start(code: str) -> subprocess.Popen:
        children.append(subprocess.Popen([sys.executable, "-S", "-c", code], stdout=subprocess.PIPE))
        return children[-1]

    yield start
    for child in children:
        child.kill()
        child.wait(timeout=10)
        child.stdout.close()


def info(*pids: int, restarts: int = 0, ready: bool = True) -> ContainerInfo:
    return ContainerInfo("cartservice", pids, 0.25, 128 << 20, 10, 2, 1_500_000, restarts, ready)


def take(containers: Containers, entry: ContainerInfo) -> dict[str, float]:
    samples = SampleColumns(0)
    containers.add_samples({"cartservice-0": entry}, samples)
    columns = samples.columns()
    assert set(columns["labels"]) <= {"node=local"}
    return dict(zip(columns["metric"], columns["value"], strict=True))


def burned(child: subprocess.Popen, seconds: float) -> None:
    deadline = time.monotonic() + 20
    while read_process(child.pid).used.cpu < seconds:
        assert time.monotonic() < deadline, "the process gets no CPU"
        time.sleep(0.02)


def test_limits_and_state(spawn) -> None:
    child = spawn(SLEEP)
    child.stdout.readline()
    values = take(Containers("local"), info(child.pid, restarts=3))
    assert values["container_spec_cpu_quota"] == 25_000
    assert values["container_spec_cpu_period"] == 100_000
    assert values["container_spec_memory_limit_bytes"] == 128 << 20
    assert values["container_cpu_cfs_throttled_seconds_total"] == 1.5
    assert values["kube_pod_container_status_restarts_total"] == 3
    assert values["kube_pod_status_ready"] == 1
    assert values["container_threads"] == 1
    assert values["container_memory_usage_bytes"] >= values["container_memory_rss"] > 1 << 20
    assert not set(values) & set(LEFT_OUT)


def test_cpu_is_what_the_process_used(spawn) -> None:
    child = spawn(BURN)
    containers = Containers("local")
    burned(child, 0.1)
    before = take(containers, info(child.pid))
    burned(child, 0.4)
    after = take(containers, info(child.pid))
    grown = after["container_cpu_usage_seconds_total"] - before["container_cpu_usage_seconds_total"]
    assert grown > 0.2
    user = after["container_cpu_user_seconds_total"]
    assert user + after["container_cpu_system_seconds_total"] == pytest.approx(
        after["container_cpu_usage_seconds_total"], abs=0.05
    )


def test_usage_stays_counted_when_a_stress_process_ends(spawn) -> None:
    main, worker = spawn(SLEEP), spawn(BURN)
    containers = Containers("local")
    burned(worker, 0.2)
    with_worker = take(containers, info(main.pid, worker.pid))["container_cpu_usage_seconds_total"]
    assert with_worker > 0.2
    worker.kill()
    worker.wait(timeout=10)
    gone_but_listed = take(containers, info(main.pid, worker.pid))["container_cpu_usage_seconds_total"]
    gone = take(containers, info(main.pid))["container_cpu_usage_seconds_total"]
    assert with_worker <= gone_but_listed <= gone
    revived = Containers("local", containers.checkpoint)
    assert take(revived, info(main.pid))["container_cpu_usage_seconds_total"] >= gone


def test_a_restart_begins_at_zero(spawn) -> None:
    first, worker, second = spawn(BURN), spawn(BURN), spawn(SLEEP)
    containers = Containers("local")
    burned(worker, 0.3)
    take(containers, info(first.pid, worker.pid))
    values = take(containers, info(second.pid, restarts=1))
    assert values["container_cpu_usage_seconds_total"] < 0.2


def test_a_pod_that_does_not_run_has_only_its_state() -> None:
    assert set(take(Containers("local"), info(restarts=2, ready=False))) == {
        "kube_pod_status_ready",
        "kube_pod_container_status_restarts_total",
    }


def test_a_main_process_that_just_died(spawn) -> None:
    child = spawn(SLEEP)
    child.send_signal(signal.SIGKILL)
    child.wait(timeout=10)
    values = take(Containers("local"), info(child.pid))
    assert "container_cpu_usage_seconds_total" not in values


def test_worker_memory_is_what_it_took_itself(spawn) -> None:
    main = spawn(SLEEP)
    worker = spawn("import sys; sys.stdin\nprint('up', flush=True)\nimport time; x=bytearray(40<<20); time.sleep(60)")
    main.stdout.readline()
    containers = Containers("local")
    alone = take(containers, info(main.pid))["container_memory_usage_bytes"]
    take(containers, info(main.pid, worker.pid))
    deadline = time.monotonic() + 20
    while read_process(worker.pid).resident < 40 << 20:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    grown = take(containers, info(main.pid, worker.pid))["container_memory_usage_bytes"] - alone
    assert grown <= read_process(worker.pid).resident


def test_rss_is_what_a_pod_shares_with_nobody() -> None:
    """As a pod that is forked: with 30 MB of its parent, and 10 MB that it wrote itself."""
    program = """
import os, sys, time
shared = bytearray(os.urandom(1 << 20) * 30)
if os.fork():
    os.wait()
else:
    own = bytearray(os.urandom(1 << 20) * 10)
    print(os.getpid(), flush=True)
    sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-S", "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdin
        assert parent.stdout
        values = take(Containers("local"), info(int(parent.stdout.readline())))
        parent.stdin.close()
    assert 10 << 20 < values["container_memory_rss"] < 25 << 20
    assert values["container_memory_working_set_bytes"] > 40 << 20


def test_own_process_sees_files_and_sockets(tmp_path: Path) -> None:
    import socket

    before = read_process(os.getpid()).sockets
    with socket.socket():
        assert read_process(os.getpid()).sockets == before + 1


def test_the_controllers_reply() -> None:
    entry = {
        "service": "a",
        "pids": [1, 2],
        "cpu_limit": 0.5,
        "memory_limit": 1,
        "cfs_periods": 2,
        "cfs_throttled_periods": 1,
        "cfs_throttled_us": 5,
        "restarts": 0,
        "ready": True,
        "has_volume": True,
        "something_new": 1,
    }
    assert parse_cgroups({"a-0": entry})["a-0"].pids == (1, 2)


def test_only_pods_with_a_volume_have_files_of_their_own(spawn) -> None:
    child = spawn(SLEEP)
    child.stdout.readline()
    counters = {"container_fs_reads_bytes_total", "container_fs_writes_bytes_total"}
    without = take(Containers("local"), info(child.pid))
    having = take(Containers("local"), replace(info(child.pid), has_volume=True))
    assert counters & set(without) == set()
    assert counters <= set(having)
