"""What a terminal shows of other people's text: nothing that could move its cursor or hide what stands there."""

import ast
import io
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Final

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.api import _problem
from cli.commands import logs
from cli.console import Progress, complain, say, table
from common.logs import PlainFormatter
from common.plain import LINES, plain
from platform_backend.config import REPO

EVIL: Final = "\x1b]0;owned\x07\x1b[2J\r\x9b31m\u202egnp\u2028\x00\x7f\ud800"
SHOWN: Final = r"\x1b]0;owned\x07\x1b[2J\r\x9b31m\u202egnp\u2028\x00\x7f\ud800"


def test_what_can_not_be_printed_is_escaped() -> None:
    assert plain(EVIL) == SHOWN
    assert plain("a\n\tb", keep=LINES) == "a\n\tb"
    assert plain("a\n\tb") == r"a\n\tb"


@pytest.mark.parametrize("text", ["", "plain", "Größe 5\u00a0µs, 你好, 🛒", "C:\\new"])
def test_what_can_be_printed_stays(text: str) -> None:
    assert plain(text) == text


@given(st.text(st.characters()))
def test_no_text_gets_through_raw(text: str) -> None:
    shown = plain(text)
    assert all(each.isprintable() or each.isspace() for each in shown)
    assert not set(shown) & set(map(chr, (*range(32), *range(127, 160))))
    shown.encode()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_every_way_to_the_terminal_escapes(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"{EVIL}\nnext")
    complain(EVIL)
    say(table(("NAME", "REASON"), [(EVIL, "two\nlines"), ("short", "")]))
    printed = capsys.readouterr()
    assert printed.out.splitlines()[:2] == [SHOWN, "next"]
    assert printed.err == f"microservo: {SHOWN}\n"
    assert printed.out.splitlines()[3] == rf"{SHOWN}  two\nlines"
    assert "\x1b" not in printed.out

    stream = Terminal()
    Progress(EVIL[:4], stream=stream).show(EVIL)
    assert stream.getvalue().replace("\r\033[K", "").isprintable()


def test_an_answer_of_the_platform_is_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    complain(str(_problem(httpx.Response(400, json={"detail": "x", "errors": {"name": [f"no {EVIL[:5]}"]}}))))
    assert capsys.readouterr().err == "microservo: name: no \\x1b]0;o\n"


def test_log_lines_are_escaped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pod.log").write_bytes(b'{"message": "\x1b[31m"}\n\xff\x9b\tx\n')
    monkeypatch.setattr(logs, "config", lambda: SimpleNamespace(logs_dir=tmp_path, cluster_dir=tmp_path))
    logs.run(SimpleNamespace(name="pod", lines=10, follow=False))  # type: ignore[arg-type]
    assert capsys.readouterr().out == '{"message": "\\x1b[31m"}\n\ufffd\ufffd\tx\n'


def test_a_log_line_of_the_platform_is_one_line_without_control_characters() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(PlainFormatter("%(levelname)s %(message)s"))
    logger = logging.Logger("test")
    logger.addHandler(handler)
    logger.warning("no user %s", "ada\nERROR all is lost \x1b[2J")
    try:
        raise ValueError(f"bad {EVIL[:3]}")
    except ValueError:
        logger.exception("failed")
    lines = stream.getvalue().splitlines()
    assert lines[0] == r"WARNING no user ada\nERROR all is lost \x1b[2J"
    assert lines[1:3] == ["ERROR failed", "Traceback (most recent call last):"]
    assert lines[-1] == r"ValueError: bad \x1b]0"


def test_nothing_else_in_the_command_line_prints() -> None:
    found = []
    for path in sorted((REPO / "platform_backend" / "cli").rglob("*.py")):
        if path.name == "console.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            is_print = isinstance(node, ast.Name) and node.id == "print"
            is_write = isinstance(node, ast.Attribute) and ast.unparse(node) in ("sys.stdout.write", "sys.stderr.write")
            if is_print or is_write:
                found.append(f"{path.name}:{node.lineno}")
    assert found == []
