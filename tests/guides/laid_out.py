"""The folder that a block runs in: what it needs of a checkout, and beside it what its mark `given` names.

demo.zip, demo/, ./         a dataset, packed, unpacked into the folder, unpacked here; `name:format` for another
                            format than csv, `original` for one of the original MicroServo
predictions.csv main/       right answers, and OpenRCA's evaluation
"""

import csv
import io
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path

from tests.guides import openrca_stand_in
from tests.guides.blocks import REPO
from tests.guides.shared_copy import SharedCopy, predictions

SAMPLE = REPO / "tests" / "data" / "microservo-sample"
LINKED = ("microservo", ".venv")
COPIED = ("campaigns", "onlineboutique", "platform_backend/sdk")
FILES = ("record", "query")
MADE = shutil.ignore_patterns("build", "*.egg-info", "__pycache__")


def lay_out(folder: Path, given: Iterable[str], shared: SharedCopy) -> None:
    checkout(folder)
    for name in given:
        target, _, kind = name.partition(":")
        if target == "main/":
            (folder / "main").mkdir()
            shutil.copy(openrca_stand_in.__file__, folder / "main" / "evaluate.py")
        elif target == "predictions.csv":
            (folder / target).write_text(_predictions(shared))
        else:
            _dataset(folder, target, shared.archives / (kind or "csv") / "demo.zip", original=kind == "original")


def checkout(folder: Path) -> None:
    """What blocks use of the repository: the command itself, and copies of what they might write into."""
    for name in LINKED:
        (folder / name).symlink_to(REPO / name)
    for name in COPIED:
        shutil.copytree(REPO / name, folder / name, ignore=MADE)


def _dataset(folder: Path, target: str, archive: Path, *, original: bool) -> None:
    if original:
        assert target.endswith(".zip"), target
        shutil.make_archive(str(folder / target.removesuffix(".zip")), "zip", SAMPLE.parent, SAMPLE.name)
    elif target.endswith(".zip"):
        shutil.copy(archive, folder / target)
    else:
        unpack(archive, folder / target)


def unpack(archive: Path, target: Path) -> None:
    """What is below the archive's top folder."""
    with zipfile.ZipFile(archive) as zipped:
        for name in zipped.namelist():
            place = target / name.partition("/")[2]
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(zipped.read(name))


def files_of(shared: SharedCopy, kind: str) -> list[str]:
    with zipfile.ZipFile(shared.archives / kind / "demo.zip") as zipped:
        return [name.partition("/")[2] for name in zipped.namelist()]


def _predictions(shared: SharedCopy) -> str:
    with zipfile.ZipFile(shared.archives / "openrca" / "demo.zip") as zipped:
        tables = [list(csv.DictReader(io.StringIO(zipped.read(f"demo/{name}.csv").decode()))) for name in FILES]
    return predictions(tables[0], len(tables[1]))
