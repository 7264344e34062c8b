"""Events at the command line: what is sent, what is shown, and which exit code follows."""

import argparse
from contextlib import nullcontext
from typing import Any

import pytest

from cli import events
from cli.commands import event as command
from cli.console import CliError
from cli.parser import build_parser

DONE: dict[str, Any] = {
    "id": "7c0d3b52-0d0b-4d8e-9a6e-0a4c8f1c2e33",
    "kind": "scale",
    "service": "cartservice",
    "state": "ended",
    "duration_s": 5.0,
    "start": 1767603600120000,
    "end": 1767603605340000,
    "error": "",
    "detail": {"replicas_before": 2, "replicas": 3},
}


class Fake:
    """An API with one event, which ends at the second look."""

    def __init__(self, **changes: Any) -> None:
        self.sent: list[Any] = []
        self.done = DONE | changes
        self.looks = 0

    def post(self, path: str, body: Any = None) -> dict[str, Any]:
        self.sent.append((path, body))
        return self.done | {"state": "planned", "start": None, "end": None, "detail": {}}

    def get(self, path: str) -> Any:
        self.looks += 1
        return self.done if self.looks > 1 else self.done | {"state": "running", "end": None}

    def pages(self, _: str) -> list[dict[str, Any]]:
        return [self.done, self.done | {"id": "7d000000"}]


def run(api: Fake, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(command, "Api", lambda _: nullcontext(api))
    monkeypatch.setattr(events, "_POLL_SECONDS", 0)
    arguments: argparse.Namespace = build_parser().parse_args(["event", *words])
    return command.run(arguments)


def test_start_sends_what_is_named_and_no_more(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    api = Fake()
    words = ("start", "scale", "--service", "cartservice", "--param", "replicas=3", "--duration", "5")
    assert run(api, monkeypatch, *words) == 0
    body = {"kind": "scale", "service": "cartservice", "parameters": {"replicas": 3}}
    assert api.sent == [("/events", body | {"duration_s": 5.0, "allow_last_replica": False})]
    assert run(api, monkeypatch, "start", "load-surge") == 0
    assert api.sent[-1] == ("/events", {"kind": "load-surge", "parameters": {}, "allow_last_replica": False})
    assert "planned" in capsys.readouterr().out


def test_wait_returns_when_it_is_over(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Fake(), monkeypatch, "start", "scale", "--service", "cartservice", "--wait") == 0
    row = capsys.readouterr().out.splitlines()[-1]
    assert row.split()[1:4] == ["scale", "cartservice", "ended"]
    assert row.endswith("replicas_before=2 replicas=3")


def test_one_that_fails_is_an_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    api = Fake(state="failed", error="cartservice-1 is not ready after 60 s")
    assert run(api, monkeypatch, "start", "scale", "--wait") == 1
    assert "is not ready after 60 s" in capsys.readouterr().out


def test_stop_takes_the_first_digits(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    api = Fake()
    assert run(api, monkeypatch, "stop", "7C0D") == 0
    assert api.sent == [(f"/events/{DONE['id']}/stop", None)]
    for start, why in (("7", "2 events have"), ("9", "no event has")):
        with pytest.raises(CliError, match=why) as refused:
            run(api, monkeypatch, "stop", start)
        assert refused.value.code == 2
