"""Commands that pages name within a sentence or a table are commands, and have the options that are shown with them."""

import argparse
import itertools
import re
import shlex
from collections.abc import Iterator

import pytest

from cli.parser import build_parser
from tests.guides.blocks import REPO, pages

SPAN = re.compile(r"`\./microservo ([^`\n]+)`")


def named() -> Iterator[tuple[str, str]]:
    for page in pages():
        text = (REPO / page).read_text(encoding="utf-8")
        for found in SPAN.finditer(text):
            yield f"{page}:{text.count(chr(10), 0, found.start()) + 1}", found[1]


def spelled_out(command: str) -> Iterator[list[str]]:
    """`dataset keep|delete ID` is two commands."""
    yield from map(list, itertools.product(*(word.split("|") for word in shlex.split(command))))


@pytest.mark.parametrize(("place", "command"), list(named()), ids=lambda each: each)
def test_there_is_such_a_command(place: str, command: str) -> None:
    for words in spelled_out(command):
        complaint = what_is_wrong(build_parser(), words)
        assert not complaint, f"{place}: {' '.join(words)}: {complaint}"


def what_is_wrong(parser: argparse.ArgumentParser, words: list[str]) -> str:
    for word in words:
        below = next((each for each in parser._actions if isinstance(each, argparse._SubParsersAction)), None)
        if below is not None:
            if word not in below.choices:
                return f"no {word}; there are {', '.join(below.choices)}"
            parser = below.choices[word]
        elif word.startswith("-") and word not in parser._option_string_actions:
            return f"no option {word}"
    return ""


@pytest.mark.parametrize("wrong", ["dataset bild", "up --detached", "inject KIND --for 3"])
def test_what_is_not_there_is_found(wrong: str) -> None:
    assert what_is_wrong(build_parser(), wrong.split())
