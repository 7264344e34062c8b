"""The fenced blocks of README, CONTRIBUTING and the guides, and what they say about how they are run.

The first word after the fence is the language: `sh`, `python`, `yaml` (a campaign), `sql` (at an empty MariaDB), or
`text` for what is only shown. After it may stand marks, which pages as they are rendered do not show:

    given="demo.zip demo/"       what lies in the folder that the block runs in; `laid_out.py` knows the names
    shows="Total 1"              what it has to print, among other things
    goes-on=yes                  python: after the page's blocks before it, as one program
    format=csv                   text: a listing of the files of a dataset of this format
    elsewhere="tests/a.py b.sh"  runs in other files, as it takes too long here; they have to name its commands
    never="it needs docker"      is not run, and why
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "CONTRIBUTING.md", "*/README.md", "platform_backend/*/README.md", "doc_addons/*/*.md")
MARKS = {
    "sh": {"given", "shows", "elsewhere", "never"},
    "python": {"given", "shows", "goes-on", "elsewhere", "never"},
    "yaml": {"elsewhere", "never"},
    "sql": {"elsewhere", "never"},
    "text": {"format", "never"},
}
FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^\n]*)\n(?P<text>.*?)^(?P=indent)```[ ]*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    page: str  # from the root of the repository
    line: int
    language: str
    marks: Mapping[str, str]
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def given(self) -> list[str]:
        return self.marks.get("given", "").split()

    @property
    def program(self) -> list["Block"]:
        """The block, after those that it goes on from."""
        if "goes-on" not in self.marks:
            return [self]
        before = [each for each in BLOCKS if each.page == self.page and each.line < self.line]
        return [*[each for each in before if each.language == self.language][-1].program, self]

    @property
    def commands(self) -> list[str]:
        """Of a block of `sh`: its lines, joined where they are continued, without comments."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return [" ".join(shlex.split(line, comments=True)) for line in lines if shlex.split(line, comments=True)]


def blocks_of(page: str, text: str) -> Iterator[Block]:
    for found in FENCE.finditer(text):
        language, *marks = shlex.split(found["info"]) or [""]
        pairs = (mark.partition("=") for mark in marks)
        indent = found["indent"]
        yield Block(
            page=page,
            line=text.count("\n", 0, found.start()) + 1,
            language=language,
            marks={name: value for name, _, value in pairs},
            text="".join(line.removeprefix(indent) for line in found["text"].splitlines(keepends=True)),
        )


def pages() -> list[str]:
    return sorted({str(path.relative_to(REPO)) for pattern in PAGES for path in REPO.glob(pattern)})


BLOCKS = [block for page in pages() for block in blocks_of(page, (REPO / page).read_text(encoding="utf-8"))]
