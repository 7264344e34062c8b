"""Opening a path: folder or zip."""

import os
from pathlib import Path

from microservo_sdk.container import Container, FolderContainer
from microservo_sdk.errors import DatasetError
from microservo_sdk.limits import Limits
from microservo_sdk.zips import ZipContainer


def open_container(path: str | os.PathLike[str], limits: Limits | None = None) -> Container:
    place = Path(path)
    limits = limits or Limits()
    if place.is_dir():
        return FolderContainer(place, limits)
    if place.is_file():
        return ZipContainer(place, limits)
    raise DatasetError("there is no such file or folder", file=str(path), hint="check the path")
