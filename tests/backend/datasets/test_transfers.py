"""Downloads and uploads with a real server: broken off and resumed, slow, killed, too large."""

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from cli.api import Api, Interrupted
from cli.console import CliError, Progress
from cli.datasets import send
from platform_backend.config import Config, config, load
from tests.backend.datasets.web_server import MAX_UPLOAD, SIZE, WebServer, server_with_datasets
from tests.e2e.platform_copy import wait_for

TIMEOUT = 60


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    server = server_with_datasets(tmp_path_factory.mktemp("web"), 4)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def get(server: WebServer, number: int, **headers: str) -> httpx.Response:
    return httpx.get(server.url(number), headers=server.headers | headers, timeout=TIMEOUT)


def slow_reader(server: WebServer, number: int, headers: str = "") -> socket.socket:
    """A client that has sent its request, read a little, and takes its time."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=TIMEOUT)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    path = server.url(number).partition(f":{server.port}")[2]
    request = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {server.token}\r\n"
        f"Connection: close\r\n{headers}\r\n"
    )
    connection.sendall(request.encode())
    return connection


def head_of(connection: socket.socket) -> tuple[bytes, bytes]:
    """The answer's head, and what of its content has come with it."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(4096)
        assert chunk, data
        data += chunk
    head, _, content = data.partition(b"\r\n\r\n")
    return head, content


def rest_of(connection: socket.socket) -> bytes:
    pieces = []
    while chunk := connection.recv(1 << 20):
        pieces.append(chunk)
    return b"".join(pieces)


def test_a_broken_download_is_resumed_to_the_same_bytes(server: WebServer) -> None:
    whole = server.file(0).read_bytes()
    with closing(slow_reader(server, 0)) as connection:
        head, got = head_of(connection)
        while len(got) < SIZE // 3:
            got += connection.recv(1 << 16)
    assert b" 200 " in head.splitlines()[0]
    etag = get(server, 0, Range="bytes=0-0").headers["ETag"]
    rest = get(server, 0, Range=f"bytes={len(got)}-", **{"If-Range": etag})
    assert rest.status_code == 206
    assert rest.headers["Content-Range"] == f"bytes {len(got)}-{SIZE - 1}/{SIZE}"
    assert got + rest.content == whole


@pytest.fixture
def cli_settings(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Those of a command line beside this server."""
    (server.state / "secrets").mkdir(exist_ok=True)
    (server.state / "secrets" / "cli_token").write_text(server.token)
    monkeypatch.setenv("MICROSERVO_STATE_DIR", str(server.state))
    monkeypatch.setenv("MICROSERVO_WEB__PORT", str(server.port))
    return load()


def test_the_command_line_resumes_what_it_has(server: WebServer, cli_settings: Config, tmp_path: Path) -> None:
    whole, target = server.file(0).read_bytes(), tmp_path / "part"
    target.write_bytes(whole[: SIZE // 2])
    path = f"/datasets/{server.ids[0]}/download"
    etag = get(server, 0, Range="bytes=0-0").headers["ETag"]
    with Api(cli_settings) as api:
        sizes = list(api.download(path, target, etag=etag))
        assert sizes[0] > SIZE // 2
        assert target.read_bytes() == whole
        assert list(api.download(path, target, etag=etag)) == []
        list(api.download(path, target, etag='"sha256:another"'))
        assert target.read_bytes() == whole


def test_the_command_line_keeps_what_came_before_the_server_died(
    server: WebServer, cli_settings: Config, tmp_path: Path
) -> None:
    target, whole = tmp_path / "part", server.file(0).read_bytes()
    path = f"/datasets/{server.ids[0]}/download"

    def fetch_and_kill() -> None:
        with Api(cli_settings) as api:
            for size in api.download(path, target, etag='"x"'):
                if size > SIZE // 4:
                    server.kill()

    try:
        with pytest.raises(Interrupted):
            fetch_and_kill()
    finally:
        server.start()
    assert 0 < target.stat().st_size < SIZE
    assert whole.startswith(target.read_bytes())


def test_deleted_under_a_slow_reader_it_stays_to_the_last_byte(server: WebServer) -> None:
    whole = server.file(1).read_bytes()
    with closing(slow_reader(server, 1)) as connection:
        _, got = head_of(connection)
        assert httpx.delete(server.url(1, ""), headers=server.headers, timeout=TIMEOUT).status_code == 204
        state = httpx.get(server.url(1, ""), headers=server.headers, timeout=TIMEOUT).json()["state"]
        assert state == "deleting"
        server.finish_deletions()
        assert server.file(1).exists()
        assert get(server, 1).status_code == 410
        assert got + rest_of(connection) == whole

    def gone() -> bool:
        server.finish_deletions()
        return not server.file(1).parent.exists()

    wait_for(gone, "the deleted dataset's files to go")
    assert get(server, 1).status_code == 404


def test_a_reader_killed_with_its_server_holds_nothing_up(server: WebServer) -> None:
    with closing(slow_reader(server, 2)) as connection:
        head_of(connection)
        httpx.delete(server.url(2, ""), headers=server.headers, timeout=TIMEOUT)
        server.finish_deletions()
        assert server.file(2).exists()
        server.kill()
        try:
            server.finish_deletions()
            assert not server.file(2).parent.exists()
        finally:
            server.start()


def test_slow_readers_leave_threads_for_everybody_else(server: WebServer) -> None:
    readers = [slow_reader(server, 3) for _ in range(config().web.threads + 2)]
    try:
        statuses = [int(head_of(reader)[0].split()[1]) for reader in readers]
        refused = [reader for reader, status in zip(readers, statuses, strict=True) if status == 503]
        assert sorted(set(statuses)) == [200, 503]
        assert len(readers) - len(refused) == config().web.threads // 2
        for reader in refused:
            reader.close()  # else the server lingers for them
        assert httpx.get(server.url(3, ""), headers=server.headers, timeout=TIMEOUT).status_code == 200
    finally:
        for reader in readers:
            reader.close()
    wait_for(lambda: get(server, 3, Range="bytes=0-9").status_code == 206, "a place for a download")


def half_an_upload(server: WebServer, size: int = 8 << 20) -> socket.socket:
    """A client that has sent half of what it announced."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=TIMEOUT)
    head = (
        "POST /api/v1/datasets/import?name=half HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {server.token}\r\nContent-Type: application/zip\r\nContent-Length: {size}\r\n\r\n"
    )
    connection.sendall(head.encode() + bytes(size // 2))
    return connection


def test_an_upload_that_breaks_off_leaves_nothing(server: WebServer) -> None:
    before = server.files()
    with closing(half_an_upload(server)):
        wait_for(lambda: server.files() != before, "the upload to begin")
    wait_for(lambda: server.files() == before, "the broken upload to go")


def test_an_upload_under_which_the_server_is_killed_leaves_nothing(server: WebServer) -> None:
    before = server.files()
    with closing(half_an_upload(server)):
        wait_for(lambda: server.files() != before, "the upload to begin")
        server.finish_deletions()
        assert server.files() != before  # it is at work, so nobody sweeps it away
        server.kill()
    try:
        assert server.files() != before
        server.finish_deletions()
        assert server.files() == before
    finally:
        server.start()


def test_a_client_hears_why_its_upload_is_refused(server: WebServer, cli_settings: Config, tmp_path: Path) -> None:
    before, file = server.files(), tmp_path / "large.zip"
    with file.open("wb") as stream:
        stream.truncate(MAX_UPLOAD + 1)
    with Api(cli_settings) as api, Progress("Importing") as progress, pytest.raises(CliError, match="max_upload_giga"):
        send(api, file, "large", progress)
    assert server.files() == before
