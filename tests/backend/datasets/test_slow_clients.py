"""64 slow clients of any sort, against the real server: health and the emergency stop answer while they are held.

How fast, `benchmarks/slow_clients.py` prints.
"""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from tests.backend.datasets.web_server import WebServer, run, server_with_datasets
from tests.web_server.slow_clients import API, MANY, Target, held, is_silent, kinds

TIMEOUT = 60
STATIC = """
import django
django.setup()
from django.core.management import call_command
call_command("collectstatic", interactive=False, verbosity=0)
"""
NAMES = tuple(kinds(Target(0, "", "")))
# The server can't tell these from fast ones, and has nothing to say to them yet.
SILENT = ("nothing sent", "half a head", "half a body", "half a body, signed in")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    server = server_with_datasets(tmp_path_factory.mktemp("slow"), 1)
    run(server.state, STATIC)
    try:
        server.start()
        yield server
    finally:
        server.kill()


@pytest.mark.parametrize("name", NAMES)
def test_the_api_answers_while_they_are_held(server: WebServer, name: str) -> None:
    target = Target(server.port, server.token, server.url(0).partition(f":{server.port}")[2])
    with held(target, kinds(target)[name]) as clients:
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}{API}", timeout=TIMEOUT) as client:
            assert client.get("/health").json() == {"status": "ok"}
            asked = {"reason": "slow clients", "id": str(uuid4())}
            stopped = client.post("/faults/emergency-stop", json=asked, headers=server.headers)
            assert stopped.status_code == 201, stopped.text
            assert client.get("/datasets", headers=server.headers).status_code == 200
        if name in SILENT:
            assert sum(map(is_silent, clients)) == MANY
