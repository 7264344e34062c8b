"""Check a dataset to the last byte, streaming, without unpacking it."""

import os

from microservo_sdk.checked import CheckedContainer
from microservo_sdk.documents import read_json
from microservo_sdk.labelcheck import check_labels
from microservo_sdk.limits import Limits, Progress
from microservo_sdk.opening import identify
from microservo_sdk.places import open_container
from microservo_sdk.splits import read_split


def verify(path: str | os.PathLike[str], *, limits: Limits | None = None, progress: Progress | None = None) -> None:
    """Raise DatasetError for the first thing that is wrong with the dataset at `path`, a zip or a folder.

    `progress` is called with the number of bytes read since its last call; what it raises stops the check.
    """
    container = CheckedContainer(open_container(path, limits), progress or _ignore)
    try:
        _, manifest, layout = identify(container)
        if manifest:
            container.expect(manifest)
        layout.check()
        check_labels(manifest, layout)
        read_split(container, layout.injections)
        for name in sorted(container.sizes):
            if name.endswith(".json"):
                read_json(container, name)
        container.read_rest()
    finally:
        container.close()


def _ignore(_size: int) -> None:
    """Nobody wants to know."""
