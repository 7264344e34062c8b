"""Zips of datasets, read by the SDK. The one place where what is wrong with one becomes a UserError."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from common.errors import UserError, said
from microservo_sdk import DatasetError
from microservo_sdk.container import Container
from microservo_sdk.places import open_container


@contextmanager
def archive_errors(path: Path) -> Iterator[None]:
    """Damage of any kind and what is no dataset as UserError, with the file and the place in it, but not with where
    it lies here: that is nobody's business."""
    try:
        yield
    except DatasetError as error:
        told = str(error).replace(str(path), "the archive")
        raise UserError(said("import.refused", "This can't be imported."), fields={"file": [told]}) from None


@contextmanager
def opened(path: Path) -> Iterator[Container]:
    """The files of the dataset in a zip. Raises UserError, also out of the body while it reads them."""
    with archive_errors(path), closing(open_container(path)) as container:
        yield container
