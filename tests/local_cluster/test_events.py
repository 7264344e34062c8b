"""What events do to the real shop: pods come and go one after the other, and what is recorded is what happened."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local_cluster.client import ClusterRefused, EventInfo

from .conftest import RunningCluster, wait_for

SECOND = 1_000_000


@pytest.fixture(autouse=True)
def well(cluster: RunningCluster) -> Iterator[None]:
    """Each test finds a shop that is ready, and leaves one."""
    wait_for(lambda: all(pod.ready for pod in cluster.client.pods()), 60)
    yield
    for event in cluster.client.events():
        if event.state == "running":
            cluster.client.end_event(event.event_id)
    wait_for(lambda: all(event.state != "running" for event in cluster.client.events()), 90)


def begin(cluster: RunningCluster, kind: str, service: str, *, duration_s: float = 0, **parameters: Any) -> str:
    event_id = str(uuid4())
    cluster.client.begin_event(
        event_id=event_id, kind=kind, service=service, duration_s=duration_s, parameters=parameters
    )
    return event_id


def over(cluster: RunningCluster, event_id: str, timeout: float = 90) -> EventInfo:
    wait_for(lambda: cluster.client.event(event_id).state != "running", timeout)
    return cluster.client.event(event_id)


def carried_out(cluster: RunningCluster, kind: str, service: str, **asked: Any) -> EventInfo:
    before = time.time_ns() // 1000
    event = over(cluster, begin(cluster, kind, service, **asked))
    assert (event.state, event.error, event.end_reason) == ("ended", "", "completed"), event
    assert event.start_us is not None
    assert event.end_us is not None
    assert before <= event.start_us < event.end_us <= time.time_ns() // 1000
    for span in event.pods:
        assert span.end_us is not None
        assert event.start_us <= span.start_us < span.end_us <= event.end_us
    return event


def pods_of(cluster: RunningCluster, service: str) -> dict[str, Any]:
    return {pod.name: pod for pod in cluster.client.pods() if pod.service == service}


def log_of(cluster: RunningCluster, pod: str) -> str:
    return (cluster.state / "cluster" / "pods" / pod / "stdout.log").read_text(errors="replace")


def test_a_rolling_restart_goes_from_pod_to_pod(cluster: RunningCluster) -> None:
    before = pods_of(cluster, "productcatalogservice")
    event = carried_out(cluster, "rolling-restart", "productcatalogservice", pause_s=1)
    after = pods_of(cluster, "productcatalogservice")
    assert [span.pod for span in event.pods] == sorted(before, reverse=True)
    for first, second in zip(event.pods, event.pods[1:], strict=False):
        assert first.end_us is not None
        assert second.start_us >= first.end_us + 0.9 * SECOND, "never two at a time"
    for name, pod in after.items():
        assert pod.pid != before[name].pid
        assert pod.started_us > event.start_us
        assert (pod.restarts, pod.ready) == (0, True)


def test_replicas_really_come_and_go(cluster: RunningCluster) -> None:
    """The new pod has calls of its own, which the mesh counts, and logs; then it is gone, and as many are left."""
    before = pods_of(cluster, "currencyservice")
    event_id = begin(cluster, "scale", "currencyservice", duration_s=12, replicas=len(before) + 1)
    (new,) = wait_for(lambda: pods_of(cluster, "currencyservice").keys() - before.keys())
    wait_for(lambda: pods_of(cluster, "currencyservice")[new].ready)
    assert {it.name: it.replicas for it in cluster.client.services()}["currencyservice"] == len(before) + 1
    wait_for(lambda: '"request' in log_of(cluster, new) or log_of(cluster, new).count("\n") > 10, 15)
    pid = pods_of(cluster, "currencyservice")[new].pid
    event = over(cluster, event_id)
    assert (event.state, event.error) == ("ended", "")
    assert event.detail == {"replicas_before": len(before), "replicas": len(before) + 1}
    assert [span.pod for span in event.pods] == [new, new]
    after = pods_of(cluster, "currencyservice")
    assert {name: (pod.pid, pod.restarts) for name, pod in after.items()} == {
        name: (pod.pid, pod.restarts) for name, pod in before.items()
    }
    assert pid not in cluster.pids()
    assert {it.name: it.replicas for it in cluster.client.services()}["currencyservice"] == len(before)


def test_a_new_version_shows_in_status_and_log(cluster: RunningCluster) -> None:
    event = carried_out(cluster, "deploy", "productcatalogservice", version="2.3.0", pause_s=0)
    assert event.detail["version"] == "2.3.0"
    for name, pod in pods_of(cluster, "productcatalogservice").items():
        assert pod.version == "2.3.0"
        assert "starting productcatalogservice 2.3.0" in log_of(cluster, name)
    again = carried_out(cluster, "deploy", "productcatalogservice", pause_s=0)
    assert again.detail == {"version_before": "2.3.0", "version": "2.3.1"}


def test_a_flush_empties_the_store(cluster: RunningCluster) -> None:
    cluster.client.set_load(20)
    try:
        flushed = wait_for(lambda: _flushed(cluster), 60)
    finally:
        cluster.client.set_load(10)
    assert flushed > 0


def _flushed(cluster: RunningCluster) -> int:
    """How many carts there were."""
    keys = carried_out(cluster, "cache-flush", "redis-cart").detail["keys"]
    time.sleep(0 if keys else 2)
    return int(keys)


def test_a_backup_reads_packs_and_verifies_the_data(cluster: RunningCluster) -> None:
    before = pods_of(cluster, "redis-cart")["redis-cart-0"]
    event = carried_out(cluster, "backup", "redis-cart", duration_s=4)
    after = pods_of(cluster, "redis-cart")["redis-cart-0"]
    assert event.end_us - event.start_us >= 4 * SECOND
    assert after.pid == before.pid
    line = next(line for line in log_of(cluster, "redis-cart-0").splitlines() if line.startswith("backup 1: "))
    read, packed = (int(word) for word in line.split() if word.isdecimal())
    assert read > 0
    assert packed > 0
    archive = cluster.state / "cluster" / "pods" / "redis-cart-0" / "backup" / "backup.tar.xz"
    assert archive.stat().st_size > 0


def test_a_surge_multiplies_the_load_and_leaves_what_was_set(cluster: RunningCluster) -> None:
    cluster.client.set_load(5)
    event_id = begin(cluster, "load-surge", "loadgenerator", duration_s=6, factor=3)
    wait_for(lambda: cluster.client.event(event_id).start_us)
    assert cluster.client.load() == 5
    wait_for(lambda: asked_of_the_generator(cluster) == 15, 5)
    event = over(cluster, event_id)
    assert event.detail == {"rate_before": 5.0, "rate": 15.0}
    assert event.pods == ()
    assert asked_of_the_generator(cluster) == 5
    cluster.client.set_load(10)


def asked_of_the_generator(cluster: RunningCluster) -> float:
    """Requests a second; it says so to who belongs to the shop, and writes it nowhere."""
    pid = pods_of(cluster, "loadgenerator")["loadgenerator-0"].pid
    environment = dict(
        line.split("=", 1) for line in Path(f"/proc/{pid}/environ").read_text().split("\0") if "=" in line
    )
    url, headers = f"http://127.0.0.1:{environment['PORT']}/load", {"x-caller-token": environment["CALLER_TOKEN"]}
    return float(httpx.get(url, headers=headers, timeout=5).json()["rate"])


@pytest.mark.parametrize(
    ("kind", "service", "parameters", "why"),
    [
        ("party", "frontend", {}, "there is no event 'party'; there are: rolling-restart"),
        ("scale", "nobody", {"replicas": 2}, "there is no service 'nobody'"),
        ("scale", "currencyservice", {}, "parameters.replicas: is missing"),
        ("scale", "currencyservice", {"replicas": 9}, "parameters.replicas: expected a whole number from 1 to 5"),
        ("scale", "redis-cart", {"replicas": 2}, "keeps data of its own"),
        ("cache-flush", "frontend", {}, "frontend is no store"),
        ("backup", "frontend", {}, "pods of frontend have no volume"),
        ("load-surge", "frontend", {}, "frontend makes no load"),
        ("deploy", "frontend", {"version": "a b"}, "parameters.version: expected letters"),
    ],
)
def test_what_can_not_be_is_refused_by_its_field(
    cluster: RunningCluster, kind: str, service: str, parameters: dict[str, Any], why: str
) -> None:
    with pytest.raises(ClusterRefused, match=why) as refused:
        begin(cluster, kind, service, **parameters)
    assert refused.value.status == 400


def fault(cluster: RunningCluster, pod: str) -> str:
    fault_id = str(uuid4())
    cluster.client.apply_fault(fault_id=fault_id, kind="process-pause", pods=[pod], duration_s=30, parameters={})
    return fault_id


def test_a_pod_has_one_thing_at_a_time(cluster: RunningCluster) -> None:
    event_id = begin(cluster, "scale", "adservice", duration_s=30, replicas=2)
    with pytest.raises(ClusterRefused, match="adservice-0 has part in a scale") as refused:
        fault(cluster, "adservice-0")
    assert refused.value.status == 409
    with pytest.raises(ClusterRefused, match="adservice has a scale"):
        begin(cluster, "rolling-restart", "adservice")
    with pytest.raises(ClusterRefused, match="has part in a scale"):
        cluster.client.recreate_pod("adservice-0")
    cluster.client.end_event(event_id)
    assert over(cluster, event_id).end_reason == "stopped"
    fault_id = fault(cluster, "adservice-0")
    with pytest.raises(ClusterRefused, match=f"adservice-0 has fault {fault_id}"):
        begin(cluster, "rolling-restart", "adservice")
    cluster.client.end_fault(fault_id)
    wait_for(lambda: cluster.client.fault(fault_id).state in ("ended", "failed"))


def test_an_emergency_stop_ends_events_and_lets_none_begin(cluster: RunningCluster) -> None:
    event_id = begin(cluster, "load-surge", "loadgenerator", duration_s=300, factor=2)
    wait_for(lambda: cluster.client.event(event_id).start_us)
    cluster.client.set_block(stop_id="s", reason="smoke", by="ada")
    try:
        assert over(cluster, event_id, 10).end_reason == "stopped"
        with pytest.raises(ClusterRefused, match="emergency stop of ada: smoke"):
            begin(cluster, "cache-flush", "redis-cart")
    finally:
        cluster.client.clear_block("s")


def test_the_same_id_is_the_same_event(cluster: RunningCluster) -> None:
    event = carried_out(cluster, "cache-flush", "redis-cart")
    again = cluster.client.begin_event(
        event_id=event.event_id, kind="scale", service="frontend", duration_s=9, parameters={"replicas": 3}
    )
    assert again == event


def test_an_event_that_the_controller_does_not_outlive_is_closed(cluster: RunningCluster) -> None:
    event_id = begin(cluster, "scale", "adservice", duration_s=300, replicas=2)
    wait_for(lambda: len(pods_of(cluster, "adservice")) == 2)
    cluster.process.kill()
    cluster.process.wait(20)
    killed_us = time.time_ns() // 1000
    cluster.launch()
    cluster.wait_ready()
    event = cluster.client.event(event_id)
    assert (event.state, event.end_reason) == ("ended", "cluster-restarted")
    assert event.end_us is not None
    assert abs(event.end_us - killed_us) < SECOND
    assert list(pods_of(cluster, "adservice")) == ["adservice-0"]
