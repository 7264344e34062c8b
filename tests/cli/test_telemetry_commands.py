"""`telemetry logs`: what is asked of the API, and files that are whole or not there."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from cli import api as cli_api
from cli.api import Api
from cli.commands import telemetry
from cli.console import CliError
from cli.parser import build_parser
from platform_backend.config import config

LINES = b"timestamp,time\r\n1,2\r\n"


def parsed(*words: str) -> Any:
    return build_parser().parse_args(["telemetry", "logs", *words])


def test_options_become_the_parameters_of_the_api() -> None:
    found = telemetry.query(
        parsed("--from", "1000", "--to", "2000", "--service", "a", "--service", "b", "--level", "ERROR", "--limit", "7")
    )
    assert found == {
        "from": 1_000_000_000,
        "to": 2_000_000_000,
        "format": "csv",
        "services": ["a", "b"],
        "levels": ["ERROR"],
        "limit": 7,
    }


def test_a_window_is_needed() -> None:
    with pytest.raises(CliError, match="--last SPAN or --from TIME"):
        telemetry.query(parsed())


class Answers(httpx.BaseTransport):
    """The session's, then the download's."""

    def __init__(self, download: httpx.Response) -> None:
        self.download = download
        self.asked: list[httpx.URL] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url)
        return httpx.Response(200, json={}) if request.url.path.endswith("/session") else self.download


class Broken(httpx.SyncByteStream):
    def __iter__(self) -> Any:
        yield LINES
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    def call(download: httpx.Response, *words: str) -> tuple[int, Answers]:
        answers = Answers(download)
        monkeypatch.setattr(Api, "_headers", lambda self: {})
        client = httpx.Client
        monkeypatch.setattr(
            cli_api.httpx, "Client", lambda **options: client(**{**options, "transport": answers}), raising=True
        )
        return telemetry.run(parsed("--last", "5m", *words)), answers

    monkeypatch.chdir(tmp_path)
    assert config()
    return call


def test_lines_are_written_and_that_there_are_more_is_said(
    run: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, answers = run(
        httpx.Response(200, stream=httpx.ByteStream(LINES), headers={"X-Truncated": "true"}), "--level", "ERROR"
    )
    assert (code, (tmp_path / "logs.csv").read_bytes()) == (0, LINES)
    assert answers.asked[-1].params.get_list("levels") == ["ERROR"]
    told = capsys.readouterr()
    assert "logs.csv" in told.out
    assert "There are more lines than these" in told.err


def test_one_that_breaks_off_leaves_no_file(run: Any, tmp_path: Path) -> None:
    with pytest.raises(CliError, match="broke off"):
        run(httpx.Response(200, stream=Broken()), "--out", "mine.csv")
    assert list(tmp_path.iterdir()) == []


def test_what_the_api_refuses_is_told(run: Any, tmp_path: Path) -> None:
    problem = {"detail": "no", "errors": {"regex": ["missing )"]}}
    with pytest.raises(CliError, match="regex: missing"):
        run(httpx.Response(400, json=problem), "--regex", "(")
    assert list(tmp_path.iterdir()) == []
