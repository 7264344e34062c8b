"""Campaign files to pick from, and what a file comes to: those that come along with the platform."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from campaigns.loading import load
from campaigns.planner import plan
from common.errors import Place, UserError
from platform_backend.config import REPO

FOLDER: Final = REPO / "campaigns"
FOR_EDITORS: Final = re.compile(r"# *yaml-language-server:")


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a text comes to as a campaign, without a look at the system. `places`: why it is none."""

    places: Sequence[Place]
    campaign: str = ""  # its name in the file
    digest: str = ""
    steps: int = 0
    seconds: float | None = None

    @property
    def valid(self) -> bool:
        return not self.places


@dataclass(frozen=True, slots=True)
class LibraryFile:
    name: str
    description: str
    text: str
    sketch: Sketch


def sketch(text: str) -> Sketch:
    try:
        file = load(text)
    except UserError as error:
        return Sketch(error.places or [Place("", error.message)])
    planned = plan(file)
    return Sketch((), file.name, planned.digest, len(planned.steps), planned.seconds)


@lru_cache(maxsize=1)
def library() -> Sequence[LibraryFile]:
    """By name. They change with the platform's version alone."""
    return [_file(path) for path in sorted(FOLDER.glob("*.yaml"))]


def _file(path: Path) -> LibraryFile:
    text = path.read_text(encoding="utf-8")
    return LibraryFile(path.stem, description_of(text), text, sketch(text))


def description_of(text: str) -> str:
    """The comment that it begins with."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        if not FOR_EDITORS.match(line):
            lines.append(line.lstrip("#").strip())
    return " ".join(lines)
