"""Which part of a dataset is the answer, and so is withheld from an algorithm under test.

Everything below groundtruth/. Besides, where a layout that others made wants them elsewhere: the files named here, and
the names of the case folders of rcaeval, which whoever withholds has to replace.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

FOLDER: Final = "groundtruth/"
KEYS: Final = ("faults", "split", "tasks")  # of dataset.json
FILES: Final[Mapping[str, tuple[str, ...]]] = {
    "openrca": ("record.csv", "query.csv"),
    "rcaeval": ("cases.json", "*/inject_time.txt"),
}


def is_answer(kind: str, path: str) -> bool:
    """Whether a file of a dataset of this format tells what was injected."""
    return path.startswith(FOLDER) or any(fnmatchcase(path, pattern) for pattern in FILES.get(kind, ()))


def without_answers(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """dataset.json as an algorithm under test may read it; not what the dataset's digest is of."""
    files = {path: entry for path, entry in manifest["files"].items() if not is_answer(manifest["format"], path)}
    return {key: value for key, value in manifest.items() if key not in KEYS} | {"files": files}
