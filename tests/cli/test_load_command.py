"""`load`: what it asks of the API, what it shows, and what it refuses before."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cli.commands import load
from cli.console import CliError
from cli.parser import parse

NOW = {"rate": 10.0, "profile": "constant", "period_s": 1200.0, "series": []}


class Answering:
    """Stands for the API: takes what is set."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def __call__(self, config: Any) -> "Answering":
        return self

    def __enter__(self) -> "Answering":
        return self

    def __exit__(self, *_: object) -> None:
        """There is nothing to close."""

    def get(self, path: str) -> Mapping[str, Any]:
        assert path == "/system/load"
        return NOW

    def put(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        assert path == "/system/load"
        self.asked.append(body)
        return {**NOW, **body}


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Answering:
    answering = Answering()
    monkeypatch.setattr(load, "Api", answering)
    return answering


def test_it_shows_the_load(api: Answering, capsys: pytest.CaptureFixture[str]) -> None:
    assert load.run(parse(["load"])) == 0
    assert capsys.readouterr().out == "10 requests a second, constant\n"
    assert api.asked == []


def test_it_sets_the_load(api: Answering, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "monday.txt"
    file.write_text("# requests an hour\n10\n\n30.5\n0\n")
    for words in (["0"], ["20", "--profile", "diurnal", "--period", "600"], ["5", "--replay", str(file)]):
        load.run(parse(["load", *words]))
    assert api.asked == [
        {"rate": 0.0},
        {"rate": 20.0, "profile": "diurnal", "period_s": 600.0},
        {"rate": 5.0, "profile": "replay", "series": [10.0, 30.5, 0.0]},
    ]
    assert "20 requests a second, diurnal, a day of it in 600 s\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--profile", "diurnal"], "say the load too"),
        (["5", "--period", "60"], "--period needs --profile or --replay"),
        (["5", "--profile", "steps", "--replay", "x"], "leave --profile out"),
        (["5", "--replay", "no-such-file"], "no-such-file can't be read: No such file or directory"),
    ],
)
def test_what_makes_no_sense_is_refused(api: Answering, words: list[str], told: str) -> None:
    with pytest.raises(CliError, match=told):
        load.run(parse(["load", *words]))
    assert api.asked == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"1\nmany\n", "line 2: 'many' is not a number from 0 on"),
        (b"1\n-2\n", "line 2: '-2'"),
        (b"1\nnan\n", "line 2: 'nan'"),
        (b"5\n", "has 1 numbers; expected 2 to 1440"),
        (b"0\n0\n", "not all of them 0"),
        (b"\xff\xfe\n", "is no text"),
        (b"1\n" * 60_000, "is longer than 100000 bytes"),
    ],
)
def test_a_file_that_can_not_be_replayed_is_refused_by_its_line(
    api: Answering, tmp_path: Path, content: bytes, told: str
) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(CliError, match=told):
        load.run(parse(["load", "5", "--replay", str(tmp_path / "file")]))


@pytest.mark.parametrize("rate", ["1001", "-1", "fast", "1e3"])
def test_a_rate_is_a_number(rate: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["load", rate])
    assert "is not a number from 0 to 1000" in capsys.readouterr().err or rate == "-1"
