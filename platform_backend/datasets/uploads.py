"""Zips that users send: received in bounded memory, and looked at before anything of them is believed."""

import os
import re
import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from common.errors import TooLarge, UserError, said
from dataset_builder.manifest import MANIFEST
from datasets.archives import opened
from microservo_sdk.container import read_whole

UPLOAD: Final = "upload.zip"
LARGEST_MANIFEST: Final = 64 << 20
# The list of members is read whole. Of a longer one (some 80,000 files) only the worker finds out what it holds.
LARGEST_DIRECTORY: Final = 8 << 20
END_RECORD: Final = struct.Struct("<4s4H2LH")
_UNFIT: Final = re.compile(r"[^A-Za-z0-9._-]+")


def receive(chunks: Iterable[bytes], target: Path, *, limit: int, expected: int | None) -> int:
    """Write what comes, durably; returns the size. Raises TooLarge, and UserError when it ends early or is no zip."""
    size = 0
    with target.open("xb") as file:
        for chunk in chunks:
            size += len(chunk)
            refuse_large(size, limit)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if expected is not None and size != expected:
        raise UserError(
            said(
                "upload.too_short",
                "The upload ended after {size} of {expected} bytes; send it again.",
                size=size,
                expected=expected,
            )
        )
    if not zipfile.is_zipfile(target):
        raise UserError(
            said("upload.no_zip", "This is not a whole zip file."), fields={"file": ["expected a dataset as a zip"]}
        )
    return size


def refuse_large(size: int, limit: int) -> None:
    if size > limit:
        text = f"larger than {limit / 1e9:g} GB (datasets.max_upload_gigabytes)"
        raise TooLarge(said("upload.too_large", "The upload is {text}.", text=text), fields={"file": [text]})


def manifest_in(path: Path) -> bytes | None:
    """dataset.json of a zipped dataset, unchecked; None without one, and for what better the worker looks at."""
    if not _has_short_directory(path):
        return None
    try:
        with opened(path) as files:
            return read_whole(files, MANIFEST, limit=LARGEST_MANIFEST) if MANIFEST in files.sizes else None
    except UserError:
        return None  # the worker says what is wrong, and where


def fit_name(text: str) -> str:
    """A name as datasets have it, near to what the user's file or folder is called."""
    return _UNFIT.sub("-", text).strip("-._")[:100] or "imported"


def _has_short_directory(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if size < END_RECORD.size:
            return False
        file.seek(size - END_RECORD.size)
        fields = END_RECORD.unpack(file.read(END_RECORD.size))
    return fields[0] == b"PK\5\6" and fields[5] <= LARGEST_DIRECTORY
