"""The web server's threads serve those who have sent their request; slow clients wait in the poller, for a while."""

import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.web_server.small_app import LARGE

REPO: Final = Path(__file__).resolve().parents[2]
TIMEOUT: Final = 30
MANY: Final = 40  # of two threads


@dataclass(frozen=True, slots=True)
class Server:
    path: str
    process: "subprocess.Popen[bytes]"

    def connect(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(TIMEOUT)
        connection.connect(self.path)
        return connection

    def sent(self, data: bytes) -> socket.socket:
        connection = self.connect()
        connection.sendall(data)
        return connection

    def ask(self, data: bytes) -> bytes:
        """The whole of what it says until it closes."""
        with closing(self.sent(data)) as connection:
            return rest_of(connection)

    def answers(self, path: str = "/hello") -> bool:
        return self.ask(request(path, "Connection: close")).endswith(path.encode())


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="ms-web-") as folder:
        path = f"{folder}/web"
        environment = os.environ | {"PYTHONPATH": f"{REPO / 'platform_backend'}:{REPO}"}
        command = [sys.executable, "-m", "tests.web_server.small_app", f"unix:{path}"]
        process = subprocess.Popen(command, env=environment, cwd=REPO, start_new_session=True)
        try:
            server = Server(path, process)
            await_true(lambda: reachable(server))
            yield server
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)


def reachable(server: Server) -> bool:
    try:
        return server.answers()
    except OSError:
        return False


def await_true(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def request(path: str, *headers: str, method: str = "GET") -> bytes:
    return "\r\n".join((f"{method} {path} HTTP/1.1", "Host: x", *headers, "", "")).encode()


def rest_of(connection: socket.socket) -> bytes:
    pieces = []
    while data := connection.recv(1 << 20):
        pieces.append(data)
    return b"".join(pieces)


def read_to(connection: socket.socket, end: bytes) -> None:
    answer = b""
    while not answer.endswith(end):
        data = connection.recv(4096)
        assert data, answer
        answer += data


def is_held(connection: socket.socket) -> bool:
    """Whether the server has said nothing, and not closed."""
    return not select.select([connection], [], [], 0)[0]


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


HEAD: Final = request("/count", method="POST")
SLOW: Final = {
    "nothing": b"",
    "half a line": b"GE",
    "half a head": HEAD[:-2],
    "no body": request("/count", "Content-Length: 100", method="POST"),
    "half a body": request("/count", "Content-Length: 100", method="POST") + b"x" * 50,
}


@pytest.mark.parametrize("slow", SLOW)
def test_slow_clients_hold_no_thread(server: Server, slow: str) -> None:
    with ExitStack() as held:
        clients = [held.enter_context(closing(server.sent(SLOW[slow]))) for _ in range(MANY)]
        assert server.answers()
        assert sum(map(is_held, clients)) == MANY


@pytest.mark.parametrize("path", ["/small", f"/file?{512 << 10}"])
def test_slow_readers_of_an_answer_hold_no_thread(server: Server, path: str) -> None:
    with ExitStack() as held:
        clients = [held.enter_context(closing(server.sent(request(path)))) for _ in range(MANY)]
        for client in clients:
            assert client.recv(12) == b"HTTP/1.1 200"
        assert server.answers()


def test_two_requests_at_once_of_which_the_second_is_half(server: Server) -> None:
    with ExitStack() as held:
        clients = [held.enter_context(closing(server.sent(request("/first") + HEAD[:20]))) for _ in range(MANY)]
        for client in clients:
            read_to(client, b"/first")
        assert server.answers()
        assert sum(map(is_held, clients)) == MANY


def test_when_all_threads_are_busy_the_vital_ones_answer(server: Server) -> None:
    with ExitStack() as held:
        for _ in range(4):
            held.enter_context(closing(server.sent(request("/busy"))))
        assert server.answers("/api/v1/health")
        assert server.answers("/api/v1/faults/emergency-stop")
    restart_worker(server)


def restart_worker(server: Server) -> None:
    """Its threads sleep."""
    children = subprocess.run(["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True, check=True)
    for pid in map(int, children.stdout.split()):
        os.kill(pid, signal.SIGKILL)
    await_true(lambda: reachable(server))


def test_when_the_house_is_full_who_has_waited_longest_goes(server: Server) -> None:
    with ExitStack() as held:
        clients = [held.enter_context(closing(server.sent(b"GET"))) for _ in range(100)]
        assert server.answers()
        assert sum(map(is_held, clients)) in range(40, 61)
        assert is_held(clients[-1])


@pytest.mark.parametrize("slow", ["half a line", "half a head", "no body", "half a body"])
def test_a_request_that_does_not_come_is_answered_408(server: Server, slow: str) -> None:
    answer = server.ask(SLOW[slow])
    assert status_of(answer) == 408
    assert b"application/problem+json" in answer


def test_who_says_nothing_hears_nothing(server: Server) -> None:
    assert server.ask(b"") == b""


def test_a_head_that_trickles_has_an_end_too(server: Server) -> None:
    """Each byte in time, the whole never: a time for each read would go on for ever."""
    with closing(server.sent(b"GET / HTTP/1.1\r\nX: ")) as connection:
        began = time.monotonic()
        while is_held(connection):
            connection.sendall(b"x")
            time.sleep(0.05)
            assert time.monotonic() - began < TIMEOUT
        assert status_of(rest_of(connection)) == 408


def test_a_body_that_trickles_has_an_end_too(server: Server) -> None:
    with closing(server.sent(request("/count", "Content-Length: 60000", method="POST"))) as connection:
        began = time.monotonic()
        while is_held(connection):
            connection.sendall(b"x")
            time.sleep(0.05)
            assert time.monotonic() - began < TIMEOUT
        assert status_of(rest_of(connection)) == 408


def test_an_upload_that_keeps_to_the_rate_takes_as_long_as_it_likes(server: Server) -> None:
    """Longer than any credit, and larger than what is held in memory."""
    size = 640 << 10
    with closing(server.sent(request("/count", f"Content-Length: {size}", "Connection: close", method="POST"))) as it:
        for _ in range(20):
            it.sendall(b"x" * (size // 20))
            time.sleep(0.2)
        assert rest_of(it).endswith(str(size).encode())


def test_an_upload_below_the_rate_is_ended(server: Server) -> None:
    with closing(server.sent(request("/count", f"Content-Length: {1 << 30}", method="POST"))) as connection:
        began = time.monotonic()
        while is_held(connection):
            connection.sendall(b"x" * 1000)
            time.sleep(0.05)
            assert time.monotonic() - began < TIMEOUT
    assert server.answers()


@pytest.mark.parametrize("path", ["/large", f"/file?{LARGE}"])
def test_a_reader_that_takes_nothing_is_ended(server: Server, path: str) -> None:
    with ExitStack() as held:
        clients = [held.enter_context(closing(server.sent(request(path)))) for _ in range(4)]
        await_true(lambda: sum(map(has_hung_up, clients)) >= 2)  # on those that had the two threads
        assert server.answers()
        assert sum(len(rest_of_broken(client)) < LARGE for client in clients) >= 2


def has_hung_up(connection: socket.socket) -> bool:
    """Whether the server has, with what it sent not read yet."""
    poll = select.poll()
    poll.register(connection, select.POLLRDHUP)
    return bool(poll.poll(0))


def rest_of_broken(connection: socket.socket) -> bytes:
    pieces = []
    try:
        while data := connection.recv(1 << 20):
            pieces.append(data)
    except ConnectionResetError:
        pass  # the end of it
    return b"".join(pieces)


@pytest.mark.parametrize("path", ["/large", f"/file?{LARGE}", "/small", f"/file?{100}", "/file?0"])
def test_answers_come_whole(server: Server, path: str) -> None:
    head, _, content = server.ask(request(path, "Connection: close")).partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split()[0])
    assert len(content) == length
    assert set(content) <= {ord("x"), ord("y")}


def test_requests_follow_each_other_on_one_connection(server: Server) -> None:
    with closing(server.connect()) as connection:
        for number in range(3):
            connection.sendall(request(f"/{number}"))
            read_to(connection, f"/{number}".encode())


def test_requests_may_be_sent_at_once(server: Server) -> None:
    body = b"b" * 1000
    post = request("/count", "Content-Length: 1000", method="POST") + body
    answer = server.ask(b"".join((post, request("/one"), post, request("/two", "Connection: close"))))
    assert [part.rpartition(b"\r\n\r\n")[2] for part in answer.split(b"HTTP/1.1 200")[1:]] == [
        b"1000",
        b"/one",
        b"1000",
        b"/two",
    ]


def test_a_body_that_nobody_reads_is_no_next_request(server: Server) -> None:
    hidden = request("/hidden")
    first = request("/first", f"Content-Length: {len(hidden)}", method="POST") + hidden
    answer = server.ask(first + request("/second", "Connection: close"))
    assert answer.count(b"HTTP/1.1 200") == 2
    assert b"/hidden" not in answer


def test_an_upload_that_nobody_reads_is_answered_and_ended(server: Server) -> None:
    """The client hears why, though it is still sending."""
    with closing(server.sent(request("/refused", f"Content-Length: {1 << 40}", method="POST"))) as connection:
        connection.sendall(b"x" * 300_000)
        answer = rest_of(connection)
    assert answer.endswith(b"/refused")
    assert b"connection: close" in answer.lower()


@pytest.mark.parametrize("size", [5, 1 << 20])
def test_who_asks_before_it_sends_a_body_is_invited(server: Server, size: int) -> None:
    asked = request("/count", f"Content-Length: {size}", "Expect: 100-continue", "Connection: close", method="POST")
    with closing(server.sent(asked)) as connection:
        assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"x" * size)
        assert rest_of(connection).endswith(str(size).encode())


def test_who_asks_before_it_sends_a_body_that_nobody_wants_is_not_invited(server: Server) -> None:
    asked = request("/refused", f"Content-Length: {1 << 40}", "Expect: 100-continue", method="POST")
    assert status_of(server.ask(asked)) == 200


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\n\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/3.7\r\n\r\n", 400),
        (request("/", "Content-Length: x", method="POST"), 400),
        (request("/", "Content-Length: -1", method="POST"), 400),
        (request("/", "Content-Length: 1", "Content-Length: 2", method="POST"), 400),
        (request("/", "Content-Length: 1", "Transfer-Encoding: chunked", method="POST"), 400),
        (request("/", "Transfer-Encoding: chunked", method="POST") + b"0\r\n\r\n", 411),
        (request("/", "Transfer-Encoding: gzip", method="POST"), 400),
        (request("/" + "x" * 5000), 414),
        (request("/", "X: " + "x" * 9000), 431),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 4000, 431),
        (b"\x16\x03\x01" + b"x" * 20_000, 431),
    ],
)
def test_what_is_no_request_is_refused_in_words(server: Server, data: bytes, status: int) -> None:
    answer = server.ask(data)
    assert status_of(answer) == status
    assert b"application/problem+json" in answer


LAST_CHUNK: Final = b"0\r\n\r\n"


def test_a_stream_that_fails_does_not_end_as_if_whole(server: Server) -> None:
    """HTTP clients tell one that broke off by its last chunk, which must come only at its end."""
    whole = server.ask(request("/stream", "Connection: close"))
    assert whole.endswith(b"4\r\nlast\r\n" + LAST_CHUNK)
    half = server.ask(request("/stream-that-fails", "Connection: close"))
    assert b"5\r\nfirst\r\n" in half
    assert not half.endswith(LAST_CHUNK)
    assert server.answers()


def test_it_ends_soon_with_clients_that_idle(server: Server) -> None:
    """The last of all, for it takes the server of the others along."""
    with ExitStack() as held:
        for _ in range(3):
            client = held.enter_context(closing(server.sent(request("/idle"))))
            read_to(client, b"/idle")
        process = server.process
        children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=True)
        process.terminate()
        process.wait(TIMEOUT)
        await_true(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children.stdout.split()))
