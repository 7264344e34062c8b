"""Which files of a folder or an archive are the dataset: those below its top folder, and no others beside them.

Litter of operating systems is left out and told; anything else that is not the dataset's is refused by its name, so
that no file decides unseen what a dataset is.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from microservo_sdk.errors import DatasetError
from microservo_sdk.litter import is_litter
from microservo_sdk.names import folded, printable

MANIFEST: Final = "dataset.json"
INJECT_TIME: Final = "inject_time.txt"
# What lies at the top of a dataset without dataset.json: of the original MicroServo, or of OpenRCA.
_TOP: Final = re.compile(
    r"(?P<root>(?:[^/]+/)*?)(?:(?:log/log|trace/trace|record|query)\.csv|(?:metric|telemetry|groundtruth)/.*)"
)


@dataclass(frozen=True, slots=True)
class Contents:
    prefix: str  # "folder/", or "" when the files lie at the top
    names: Sequence[str]  # of the dataset's files, as they stand in the archive
    ignored: Sequence[str]  # litter

    def inside(self, name: str) -> str:
        """The path within the dataset."""
        return name.removeprefix(self.prefix)


def contents(names: Iterable[str], place: str) -> Contents:
    """`place` is what the user named. Raises DatasetError for files beside a dataset, and for several datasets."""
    found = sorted(names)
    manifest = _manifest_among(found, place)
    own = [name for name in found if name == manifest or not is_litter(name)]
    prefix = manifest.removesuffix(MANIFEST) if manifest else _root(own, place)
    for name in own:
        if not name.startswith(prefix):
            raise DatasetError(
                f"it lies beside the dataset, whose folder is {printable(prefix)}",
                file=printable(name),
                hint="take it out of there: a dataset is alone in its folder or archive",
            )
    return Contents(prefix, own, sorted(set(found) - set(own)))


def _manifest_among(names: Sequence[str], place: str) -> str:
    """Wherever it lies; "" without one."""
    manifests = [name for name in names if folded(name).rpartition("/")[2] == MANIFEST]
    if len(manifests) > 1:
        listed = ", ".join(map(printable, manifests))
        raise DatasetError(f"several datasets: {listed}"[:500], file=place, hint="unpack it and open one of them")
    for name in manifests:
        if not name.endswith(MANIFEST):
            raise DatasetError(f"it has to be spelled {MANIFEST}", file=printable(name), hint="rename it")
    return next(iter(manifests), "")


def _root(names: Sequence[str], place: str) -> str:
    """Of a dataset without dataset.json. The folders of RCAEval's cases are part of their names, so it has none."""
    if any(is_inject_time(name) for name in names):
        return ""
    roots = {match["root"] for match in map(_TOP.fullmatch, names) if match}
    if len(roots) > 1:
        raise DatasetError(
            f"several systems: {', '.join(sorted(map(printable, roots)))}"[:500],
            file=place,
            hint="unpack it and open the folder of one of them",
        )
    return next(iter(roots), "")


def is_inject_time(name: str) -> bool:
    return name == INJECT_TIME or name.endswith(f"/{INJECT_TIME}")
