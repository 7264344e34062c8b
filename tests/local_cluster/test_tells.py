"""On a window of the real shop, with faults: nothing but what a fault does tells which one it was, nor when a campaign
began; and metrics are those of the pod or machine that they name.
"""

import time
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import grpc
import pytest

from local_cluster.collector.node import Node
from local_cluster.collector.samples import SampleColumns
from tests.tells import SECOND, Happening, Recording, Tell, read, tells, unexplained, words

from .conftest import REPO, RunningCluster, started, wait_for

pytestmark = pytest.mark.timeout(600)

FAULT_S = 7.0
QUIET_S = 3.0
RATE = 20.0  # each service is called often enough
MIB = 1 << 20
# One after the other, on pods that are far apart.
FAULTS: Sequence[tuple[str, str, dict[str, Any]]] = (
    ("http-abort", "paymentservice-0", {"status": 14, "percent": 80}),
    ("network-delay", "cartservice-0", {"latency_ms": 200, "direction": "both"}),
    ("http-abort", "productcatalogservice-0", {"status": 503, "percent": 50}),
    ("pod-kill", "recommendationservice-0", {}),
    ("cpu-stress", "productcatalogservice-1", {"workers": 2, "load": 100}),
    ("http-abort", "adservice-0", {"status": 404, "percent": 100}),
    ("memory-stress", "emailservice-0", {"workers": 1, "size_bytes": 48 * MIB}),
    ("network-partition", "currencyservice-0", {}),
    ("http-abort", "frontend-0", {"status": 500, "percent": 40}),
    ("pod-failure", "adservice-0", {}),
    ("network-loss", "checkoutservice-0", {"loss": 30, "direction": "both"}),
    ("http-abort", "cartservice-1", {"status": 13, "percent": 60}),
    ("container-kill", "shippingservice-0", {}),
    ("network-bandwidth", "productcatalogservice-0", {"rate_bytes_per_s": 8000}),
    ("http-delay", "shippingservice-0", {"delay_ms": 400}),
    ("process-pause", "recommendationservice-0", {}),
    ("io-latency", "redis-cart-0", {"delay_ms": 100, "methods": ["write", "fsync"]}),
)
LEVELS = ("level DEBUG", "level WARNING", "level ERROR", "level CRITICAL")
CAMPAIGN = "campaign"  # what it does before its first fault: it sets the load

# What a call that fails leaves behind, here and in who called on its behalf.
FAILED = (r"span (client|server) (grpc|http|db) \d+", r"mesh reporter=source .*", r"level (WARNING|ERROR)")
# A service that fails since one that it needs fails.
PASSED_ON = (r"mesh reporter=destination .* (response_code=(422|500)|grpc_response_status=(9|13|14))",)
# Connections, of which there are as many as calls under way.
SOCKETS = (r"level container_sockets of .*",)
ABORTED = (*FAILED, *PASSED_ON, *SOCKETS)
# A call that waits may be given up, and who served it is told that its caller has gone.
SLOWED = (*ABORTED, r"mesh reporter=destination .* (response_code=0|grpc_response_status=4).*")
# Connections end or can't be made, and the mesh says so.
DOWN = (
    *SLOWED,
    r"template .* (no healthy upstream|upstream connect error .*)",
    r"word (healthy|upstream|connect|connection|disconnect|error|reset|before|headers|reason)",
    r"word (remote|transport|failure|delayed|refused|termination)",
)
OWN: Final = {
    "http-abort": ABORTED,
    "http-delay": SLOWED,
    "io-latency": SLOWED,
    "network-delay": SLOWED,
    "network-bandwidth": SLOWED,
    "network-loss": SLOWED,
    "network-partition": SLOWED,
    "process-pause": SLOWED,
    "pod-failure": DOWN,
    "pod-kill": DOWN,
    "container-kill": DOWN,
    # Workers are processes of the pod.
    "cpu-stress": (*SLOWED, r"level container_threads of productcatalogservice-1: .*"),
    "memory-stress": (*SLOWED, r"level container_threads of emailservice-0: .*"),
}


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> tuple[Recording, list[Happening]]:
    """With the everyday trouble of a healthy shop; jobs come more often, as the window is short."""
    with started(tmp_path_factory.mktemp("tells"), 26500, {"MICROSERVO_SHOP__NOISE__JOBS_EVERY_S": "10"}) as cluster:
        return record(cluster)


def record(cluster: RunningCluster) -> tuple[Recording, list[Happening]]:
    """Quiet seconds and faults by turns, with the load set anew in each quiet time, as a campaign does."""
    cluster.client.set_load(RATE)
    time.sleep(2 * QUIET_S)
    start = time.time()
    happenings = []
    for kind, pod, parameters in FAULTS:
        time.sleep(QUIET_S)
        happenings.append(Happening(CAMPAIGN, time.time(), time.time()))
        cluster.client.set_load(RATE)
        time.sleep(QUIET_S)
        happenings.append(_fault(cluster, kind, pod, parameters))
    time.sleep(QUIET_S)
    end = time.time()
    time.sleep(3)  # the last are stored
    return read(cluster.state / "telemetry", start, end), happenings


def _fault(cluster: RunningCluster, kind: str, pod: str, parameters: dict[str, Any]) -> Happening:
    fault_id = uuid.uuid4().hex
    cluster.client.apply_fault(fault_id=fault_id, kind=kind, pods=[pod], duration_s=FAULT_S, parameters=parameters)
    wait_for(lambda: cluster.client.fault(fault_id).state in ("ended", "failed"), timeout=60)
    (times,) = cluster.client.fault(fault_id).pods
    assert times.start_us is not None
    assert times.end_us is not None
    return Happening(kind, times.start_us / SECOND, times.end_us / SECOND)


def vocabulary() -> set[str]:
    """What the shop says, and gRPC's own words: of the mesh, nothing."""
    sources = [*(REPO / "onlineboutique" / "src").rglob("*.py"), REPO / "helm-chart" / "values.yaml"]
    own = {word for path in sources for word in words(path.read_text(encoding="utf-8"))}
    statuses = {code.name.lower() for code in grpc.StatusCode}
    return (
        own
        | statuses
        | words("rpc error: code desc Deadline Exceeded Method not found! Concurrent RPC limit exceeded!")
    )


def test_nothing_tells_which_kind_it_was_but_what_it_does(window: tuple[Recording, list[Happening]]) -> None:
    recording, happenings = window
    faults = [each for each in happenings if each.kind != CAMPAIGN]
    assert {each.kind for each in faults} == {kind for kind, _, _ in FAULTS}
    assert said(unexplained(tells(recording, faults), OWN, vocabulary())) == ""


def test_no_level_of_log_lines_tells_that_there_is_a_fault(window: tuple[Recording, list[Happening]]) -> None:
    """A healthy shop has its everyday trouble; once any line above INFO was within seconds of a fault."""
    recording, happenings = window
    faults = [Happening("fault", each.start, each.end) for each in happenings if each.kind != CAMPAIGN]
    assert [str(tell) for tell in tells(recording, faults, aftermath_s=1) if tell.feature in LEVELS] == []


def test_nothing_tells_that_a_campaign_set_the_load(window: tuple[Recording, list[Happening]]) -> None:
    recording, happenings = window
    begun = [each for each in happenings if each.kind == CAMPAIGN]
    assert said(tells(recording, begun, aftermath_s=1)) == ""


def test_bytes_of_files_are_those_of_pods_with_a_volume(window: tuple[Recording, list[Happening]]) -> None:
    """The output of the others made steps of whole pages, which led every ranking."""
    rows = [row for row in window[0].samples if row["metric"].startswith("container_fs_")]
    assert {row["pod"] for row in rows} == {"redis-cart-0"}
    written = [row["value"] for row in rows if row["metric"] == "container_fs_writes_bytes_total"]
    assert written[-1] > written[0]


def test_every_family_of_the_machines_metrics_is_there(window: tuple[Recording, list[Happening]]) -> None:
    names = {row["metric"] for row in window[0].samples if row["metric"].startswith("node_")}
    families = {name.split("_")[1] for name in names}
    assert families >= {"cpu", "load1", "memory", "network"}
    assert ("disk" in families) == any(name.startswith("node_disk") for name, _ in of_this_machine())
    assert ("pressure" in families) == Path("/proc/pressure/cpu").exists()


def of_this_machine() -> Iterable[tuple[str, str]]:
    samples = SampleColumns(0)
    Node("local").add_samples(samples)
    columns = samples.columns()
    return zip(columns["metric"], columns["labels"], strict=True)


def test_memory_of_its_own_differs_by_service(window: tuple[Recording, list[Happening]]) -> None:
    start = min(row["timestamp"] for row in window[0].samples)
    first = [row for row in window[0].samples if row["timestamp"] == start]
    own = {row["service"]: row["value"] for row in first if row["metric"] == "container_memory_rss"}
    whole = {row["service"]: row["value"] for row in first if row["metric"] == "container_memory_working_set_bytes"}
    assert len({value // MIB for value in own.values()}) > 3
    assert all(own[service] < whole[service] for service in own)


def said(found: Sequence[Tell]) -> str:
    return "\n".join(map(str, found))


def test_the_scan_finds_what_would_tell() -> None:
    """A line of the mesh in each second of one kind, and what it counts there; in others something else."""
    happenings = [Happening("http-abort", 110, 119), Happening("pod-kill", 140, 149)]
    logs = [
        {"timestamp": second * SECOND, "service": "frontend", "level": "INFO", "message": f"page {second} done"}
        for second in range(100, 160)
    ]
    logs += [{**row, "message": "reset reason: termination"} for row in logs if 110 <= row["timestamp"] / SECOND < 120]
    labels = "grpc_response_status=14,reporter=destination,request_protocol=grpc,response_code=200"
    samples = [
        {"timestamp": second * SECOND, "metric": "istio_requests_total", "pod": "a-0", "labels": labels, "value": grown}
        for second in range(100, 160)
        for grown in (float(max(0, min(second, 120) - 110)),)
    ]
    found = tells(Recording(100, 160, logs, (), samples), happenings)
    features = {"template frontend: reset reason: termination", "word reset", "word reason", "word termination"}
    features |= {"mesh reporter=destination request_protocol=grpc response_code=200 grpc_response_status=14"}
    assert {(tell.kind, tell.feature) for tell in found} == {("http-abort", feature) for feature in features}
    left = unexplained(found, {"http-abort": ["mesh .*"]}, {"reset", "reason", "frontend"})
    assert [tell.feature for tell in left] == ["template frontend: reset reason: termination", "word termination"]
