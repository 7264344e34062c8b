"""Which names the members of a dataset may have: none that could be written outside of it, or over another."""

import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final

from microservo_sdk.errors import DatasetError
from microservo_sdk.limits import Limits

MAX_NAME: Final = 1024
ORIGIN: Final = "do not unpack it, and get the dataset from somebody you trust"


def refuse_unsafe(name: str) -> None:
    """Absolute names, those with `..`, a drive, a backslash or control characters."""
    problem = _unsafe(name)
    if problem:
        raise DatasetError(f"unsafe file name: {problem}", file=printable(name) or "(no name)", hint=ORIGIN)


def _unsafe(name: str) -> str:
    if not name or len(name) > MAX_NAME:
        return "empty, or too long"
    if name.startswith("/") or (len(name) > 1 and name[1] == ":"):
        return "it is absolute"
    if "\\" in name or any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):
        return "it has a backslash or a control character"
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return "it has an empty, . or .. part"
    return ""


def refuse_collisions(names: Iterable[str], limits: Limits) -> None:
    """Two members of one name, or of names that one file system takes for the same, would overwrite each other."""
    seen: dict[str, str] = {}
    folders: dict[str, str] = {}
    for count, name in enumerate(names, start=1):
        if count > limits.files:
            raise DatasetError(f"more than {limits.files} files", file=printable(name), hint=ORIGIN)
        same = folded(name)
        if same in seen:
            what = "twice in it" if seen[same] == name else f"the same as {printable(seen[same])!r} but for its case"
            raise DatasetError(f"this file is {what}", file=printable(name), hint=ORIGIN)
        seen[same] = name
        folders.update((folded(str(parent)), name) for parent in PurePosixPath(name).parents)
    for same in seen.keys() & folders.keys():
        raise DatasetError("a file and a folder have this name", file=printable(seen[same]), hint=ORIGIN)


def folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def printable(name: str) -> str:
    return name[:200].encode("unicode_escape").decode()
