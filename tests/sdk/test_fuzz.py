"""Whatever happens to the bytes of a dataset: a DatasetError, or an answer, and never any other exception."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from microservo_sdk import DatasetError, open_dataset, verify
from tests.sdk.conftest import Build, write_zip

ROUNDS = 60
Damage = Callable[[bytes, random.Random], bytes]


def cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def flip(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice([1, 1, 1, 5])):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def blank(content: bytes, chance: random.Random) -> bytes:
    """As a crash leaves a file whose blocks did not reach the disk."""
    start = chance.randrange(len(content))
    length = chance.randrange(1, 600)
    return content[:start] + bytes(len(content[start : start + length])) + content[start + length :]


def read_everything(path: Path) -> None:
    with open_dataset(path) as opened:
        opened.logs(as_="python")
        opened.spans(as_="python")
        opened.metrics(as_="python")
        opened.injections()
        opened.normal_windows()
        opened.split()
        for name in opened.files:
            opened.raw(name, as_="python")


@pytest.mark.parametrize("damage", [cut, flip, blank])
def test_a_damaged_zip(build: Build, damage: Damage) -> None:
    chance = random.Random(20_240_617)
    path = build(zipped=True)
    whole = path.read_bytes()
    for _ in range(ROUNDS):
        changed = damage(whole, chance)
        path.write_bytes(changed)
        _refused_or_read(path)


@pytest.mark.parametrize("damage", [cut, flip, blank])
def test_a_damaged_file_in_a_folder(build: Build, damage: Damage) -> None:
    """Other than in a zip no checksum stands before the readers; every change of a listed file is found by verify."""
    chance = random.Random(20_240_617)
    folder = build()
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    for _ in range(ROUNDS):
        file = chance.choice(files)
        whole = file.read_bytes()
        changed = damage(whole, chance)
        file.write_bytes(changed)
        _refused_or_read(folder)
        if file.name != "dataset.json" and changed != whole:
            with pytest.raises(DatasetError):
                verify(folder)
        file.write_bytes(whole)


def test_damage_below_the_zip_s_checksums(build: Build, tmp_path: Path) -> None:
    """Packed after the damage, so that nothing but our own checks can find it."""
    chance = random.Random(7)
    folder = build()
    for _ in range(20):
        file = chance.choice(sorted(file for file in folder.rglob("*.*") if file.is_file()))
        whole = file.read_bytes()
        file.write_bytes(flip(whole, chance))
        path = write_zip(tmp_path / "again.zip", folder)
        _refused_or_read(path)
        file.write_bytes(whole)


def _refused_or_read(path: Path) -> None:
    for error in filter(None, (_error_of(read_everything, path), _error_of(verify, path))):
        assert error.file, error
        assert error.hint, error


def _error_of(read: Callable[[Path], None], path: Path) -> DatasetError | None:
    try:
        read(path)
    except DatasetError as error:
        return error
    return None
