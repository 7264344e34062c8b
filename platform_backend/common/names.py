"""What is said of a name that nobody knows: the nearest that somebody does."""

import difflib
from collections.abc import Collection
from typing import Final

MOST_SHOWN: Final = 30
LONGEST_COMPARED: Final = 100


def unknown(name: str, known: Collection[str]) -> str:
    """Such as: unknown; did you mean "schedule"?"""
    return f"unknown; {instead(name, known)}"


def instead(name: str, known: Collection[str]) -> str:
    """The end of a sentence that says that there is nothing of this name."""
    if not known:
        return "nothing is expected here"
    by_lower = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name.lower()[:LONGEST_COMPARED], by_lower, n=1)
    if near:
        return f'did you mean "{by_lower[near[0]]}"?'
    return f"expected one of: {', '.join(list(known)[:MOST_SHOWN])}"
