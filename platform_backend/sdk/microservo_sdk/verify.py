"""Check a dataset to the last byte, streaming, without unpacking it."""

import os

from microservo_sdk.limits import Limits, Progress


def verify(
    path: str | os.PathLike[str], *, limits: Limits | None = None, progress: Progress | None = None
) -> None:
    """Raise DatasetError for the first thing that is wrong with the dataset at `path`, a zip or a folder.

    `progress` is called with the number of bytes read since its last call; what it raises stops the check.
    """
    raise NotImplementedError
