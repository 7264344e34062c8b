"""`./microservo experiment ...` on the platform's own views."""

import argparse
from collections.abc import Iterator
from typing import Any, Self

import pytest
from rest_framework.test import APIClient

from cli.commands import experiment as command
from cli.console import CliError
from faults import occurrences
from faults.models import Experiment, Injection


class Direct:
    """The command line's API without a server in between."""

    def __init__(self, client: APIClient) -> None:
        self._client = client

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def post(self, path: str) -> Any:
        return self._answer(self._client.post(f"/api/v1{path}"))

    def delete(self, path: str) -> None:
        self._answer(self._client.delete(f"/api/v1{path}"))

    def pages(self, path: str) -> Iterator[Any]:
        yield from self._answer(self._client.get(f"/api/v1{path}"))["results"]

    def _answer(self, answer: Any) -> Any:
        assert answer.status_code < 300, answer.content
        return answer.json() if answer.content else None


@pytest.fixture
def run(api: APIClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.setattr(command, "Api", lambda _: Direct(api))

    def called(action: str, identity: str = "") -> str:
        assert command.run(argparse.Namespace(action=action, id=identity)) == 0
        return capsys.readouterr().out

    return called


@pytest.fixture
def nightly(api: APIClient, create: Any) -> Experiment:
    """By cron; `create` sets the clock of the test."""
    body = {
        "name": "nightly",
        "kind": "cpu-stress",
        "pods": ["cartservice-0"],
        "duration_s": 5,
        "schedule": {"type": "cron", "cron": "*/5 * * * *", "time_zone": "Europe/Berlin"},
    }
    answer = api.post("/api/v1/faults/experiments", body)
    assert answer.status_code == 201, answer.content
    return Experiment.objects.get()


def test_from_the_list_to_the_end(run: Any, nightly: Experiment) -> None:
    short = str(nightly.id)[:8]
    (line,) = [line for line in run("list").splitlines() if line.startswith(short)]
    assert "cartservice-0  */5 * * * * Europe/Berlin  scheduled" in line
    assert run("pause", short) == "nightly: paused\n"
    assert run("resume", short) == "nightly: scheduled\n"
    assert run("stop", short) == "nightly: stopped\n"
    assert run("delete", str(nightly.id)) == "nightly: deleted\n"
    assert run("list") == "No experiments.\n"


def test_its_history(run: Any, nightly: Experiment, clock: Any) -> None:
    assert run("history", str(nightly.id)) == "Nothing happened yet.\n"
    clock.now = round(nightly.next_at.timestamp() * 1_000_000)
    occurrences.experiments_fire()
    (line,) = run("history", str(nightly.id)).splitlines()[1:]
    assert line.split()[2:] == ["injected", str(Injection.objects.get().id)[:8], "planned"]


def test_an_unknown_id_says_so(run: Any, nightly: Experiment) -> None:
    with pytest.raises(CliError, match="no experiment has an id that begins with 'xyz'"):
        run("pause", "xyz")
