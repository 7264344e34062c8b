"""What the platform says in English, the dashboard can say in Chinese: refusals, the activity list, the catalogue."""

import json
import re
from collections.abc import Mapping
from typing import Final

import pytest

from faults.catalogue import CATALOGUE
from overview.words import WORDS
from platform_backend.config import REPO

FILE: Final = REPO / "platform_frontend" / "src" / "locales" / "server.zh.json"
TEXTS: Final[Mapping[str, Mapping[str, str]]] = json.loads(FILE.read_text(encoding="utf-8"))
GUIDE: Final = REPO / "doc_addons" / "guides" / "error-codes.md"


def holes(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)", text))


def codes() -> dict[str, str]:
    """By code, from the guide's table, which a test of the platform keeps current."""
    rows = re.findall(r"^\| `([\w.]+)` \| (.*) \|$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) > 50
    return dict(rows)


def catalogue() -> set[str]:
    return {
        text
        for kind in CATALOGUE.values()
        for text in (kind.title, kind.help, *(parameter.help for parameter in kind.parameters))
    }


@pytest.mark.parametrize("code", sorted(codes()))
def test_every_refusal_has_words_and_fills_in_nothing_that_is_not_told(code: str) -> None:
    assert code in TEXTS["errors"], f"say it in Chinese, in {FILE}"
    assert holes(TEXTS["errors"][code]) <= holes(codes()[code])


@pytest.mark.parametrize("action", sorted(WORDS))
def test_every_entry_of_the_activity_list_has_words(action: str) -> None:
    assert action in TEXTS["activity"], f"say it in Chinese, in {FILE}"
    assert holes(TEXTS["activity"][action]) <= holes(WORDS[action])


@pytest.mark.parametrize("text", sorted(catalogue()))
def test_every_text_of_the_catalogue_has_words(text: str) -> None:
    assert text in TEXTS["catalogue"], f"say it in Chinese, in {FILE}"


def test_nothing_is_said_that_the_platform_does_not_say() -> None:
    own = {code for code in TEXTS["errors"] if code.startswith("request.")}
    assert set(TEXTS["errors"]) - own <= set(codes())
    assert set(TEXTS["activity"]) <= set(WORDS)
    assert set(TEXTS["catalogue"]) <= catalogue()
