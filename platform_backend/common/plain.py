"""Text from outside as a terminal may have it. Standard library only."""

import unicodedata

LINES = "\n\t"


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
