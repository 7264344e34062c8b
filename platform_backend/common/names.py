"""What is said of a name that nobody knows: the nearest that somebody does."""

import difflib
from collections.abc import Collection
from typing import Final

MOST_SHOWN: Final = 30
LONGEST_COMPARED: Final = 100


def unknown(name: str, known: Collection[str]) -> str:
    """Such as: unknown; did you mean "schedule"?"""
    if not known:
        return "unknown; nothing is expected here"
    by_lower = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name.lower()[:LONGEST_COMPARED], by_lower, n=1)
    if near:
        return f'unknown; did you mean "{by_lower[near[0]]}"?'
    return f"unknown; expected one of: {', '.join(list(known)[:MOST_SHOWN])}"
