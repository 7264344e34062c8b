"""Text and values from outside as they may be shown. Standard library only."""

import json
import unicodedata
from typing import Any, Final

LINES: Final = "\n\t"
LONGEST_SHOWN: Final = 40


def plain(text: str, *, keep: str = "") -> str:
    """What can't be printed is escaped, as in \\x1b: it could move the cursor, or turn the direction of writing.

    `keep` names what passes all the same, such as LINES.
    """
    if text.isprintable():
        return text
    return "".join(each if each in keep or _is_visible(each) else _escaped(each) for each in text)


def _is_visible(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == "Zs"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()


def shown(value: Any) -> str:
    """A value of a request as JSON, short enough for a message."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
