"""What another user of the machine can do to a running shop by its TCP ports: read health, and nothing else.

Such a user has everything but the token of the instance, so that is what these tests leave out.
"""

import re
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import httpx
import psutil
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from redis import Redis
from redis.exceptions import AuthenticationError

from local_cluster.client import PodInfo
from telemetry_store.reader import BEGINNING, END, StoreReader

from .conftest import RunningCluster, wait_for

GRPC = ("adservice-0", "cartservice-0", "cartservice-1", "checkoutservice-0", "paymentservice-0")


def pod(cluster: RunningCluster, name: str) -> PodInfo:
    return next(pod for pod in cluster.client.pods() if pod.name == name)


def listening(pid: int | None) -> list[int]:
    assert pid
    return [c.laddr.port for c in psutil.Process(pid).net_connections("tcp") if c.status == psutil.CONN_LISTEN]


def refusal(port: int) -> grpc.StatusCode:
    """Of an order without anybody's leave."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        try:
            channel.unary_unary("/hipstershop.CartService/EmptyCart")(b"\x0a\x08stranger", timeout=10)
        except grpc.RpcError as error:
            code: grpc.StatusCode = error.code()  # type: ignore[attr-defined]
            return code
    return grpc.StatusCode.OK


def test_the_collector_takes_no_spans(cluster: RunningCluster) -> None:
    [port] = listening(cluster.pid_of("collector"))
    url, body = f"http://127.0.0.1:{port}/v1/traces", ExportTraceServiceRequest().SerializeToString()
    headers = {"Content-Type": "application/x-protobuf"}
    assert httpx.post(url, content=body, headers=headers).status_code == 401
    ours = headers | {"Authorization": f"Bearer {cluster.token}"}
    assert httpx.post(url, content=body, headers=ours).status_code == 200


def test_the_store_takes_no_commands(cluster: RunningCluster) -> None:
    [port] = listening(pod(cluster, "redis-cart-0").pid)
    with pytest.raises(AuthenticationError):
        Redis(port=port).ping()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        for command in (b"FLUSHALL", b"CONFIG SET dir /tmp", b"SHUTDOWN NOSAVE", b"KEYS *"):
            connection.sendall(command + b"\r\n")
            assert connection.recv(1024).startswith(b"-NOAUTH"), command
    assert Redis(port=port, password=cluster.token).ping()


@pytest.mark.parametrize("name", GRPC)
def test_services_take_no_calls(cluster: RunningCluster, name: str) -> None:
    [port] = listening(pod(cluster, name).pid)
    assert refusal(port) is grpc.StatusCode.UNAUTHENTICATED


def test_front_and_load_generator_take_no_requests(cluster: RunningCluster) -> None:
    [front] = listening(pod(cluster, "frontend-0").pid)
    [load] = listening(pod(cluster, "loadgenerator-0").pid)
    assert httpx.post(f"http://127.0.0.1:{front}/cart/empty").status_code == 401
    assert httpx.put(f"http://127.0.0.1:{load}/load", json={"rate": 1000}).status_code == 401
    assert cluster.client.load() != 1000
    assert httpx.get(cluster.shop, timeout=20).status_code == 200  # a visitor comes in by the shop's address


def test_every_other_port_of_the_mesh_gives_nothing_away(cluster: RunningCluster) -> None:
    """HTTP and gRPC listeners answer 404; those to the store pass on, and it hangs up; the wire leads to them."""
    shop_port = int(cluster.shop.rpartition(":")[2])
    ports = {*listening(cluster.pid_of("envoy")), *listening(cluster.pid_of("wire"))} - {shop_port}
    assert len(ports) > 50
    assert {answer_of(port) for port in ports} <= {"404", "closed"}


def answer_of(port: int) -> str:
    """The beginning of what comes back for a request that is one of HTTP, and no command of the store."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"GET /cart HTTP/1.1\r\nHost: stranger\r\nConnection: close\r\n\r\n")
        answer = connection.recv(1024).decode(errors="replace")
    return answer.split()[1] if answer.startswith("HTTP/1.1") else answer.split()[0] if answer else "closed"


def test_strangers_leave_no_spans_and_no_lines(cluster: RunningCluster) -> None:
    """Run after the tests above, and does it once more by itself."""
    for name in GRPC:
        refusal(listening(pod(cluster, name).pid)[0])
    time.sleep(3)  # spans are sent once a second, and grouped
    reader = StoreReader(cluster.state / "telemetry", threads=1)
    try:
        [(spans,)] = reader.query(
            "select count(*) from {rows} where status_code = 16", {}, table="spans", start=BEGINNING, end=END
        )
        [(lines,)] = reader.query(
            "select count(*) from {rows} where message like '%stranger%'", {}, table="logs", start=BEGINNING, end=END
        )
    finally:
        reader.close()
    assert (spans, lines) == (0, 0)


def holding(folder: Path, text: str) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and text.encode() in path.read_bytes():
            yield path


def test_the_token_is_nowhere_but_in_private_files(cluster: RunningCluster) -> None:
    wait_for(lambda: any((cluster.state / "telemetry").rglob("*.arrow*")) or any(cluster.state.rglob("*.parquet")))
    found = list(holding(cluster.state, cluster.token))
    assert {path.name for path in found} == {"listeners.json", "routes.json", "valkey.conf"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in found} == {0o600}
    arguments = [
        " ".join(process.cmdline()) for process in psutil.Process(cluster.process.pid).children(recursive=True)
    ]
    assert len(arguments) > 10
    assert not [line for line in arguments if cluster.token in line]


def test_each_start_has_a_token_of_its_own(cluster: RunningCluster) -> None:
    assert re.fullmatch(r"[\w-]{32}", cluster.token)
    before = cluster.token
    cluster.stop()
    cluster.launch()
    cluster.wait_ready()
    assert cluster.token != before
