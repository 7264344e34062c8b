"""`open_dataset`: which format a dataset is in, and the reader of that format."""

import os
from collections.abc import Callable, Mapping
from typing import Final

from microservo_sdk.container import Container
from microservo_sdk.contents import MANIFEST
from microservo_sdk.dataset import Dataset
from microservo_sdk.formats.microservo import MicroServoLayout
from microservo_sdk.formats.openrca import OpenrcaLayout
from microservo_sdk.formats.parquet import ParquetLayout
from microservo_sdk.formats.rcaeval import RcaevalLayout
from microservo_sdk.layout import Layout, detect
from microservo_sdk.limits import Limits
from microservo_sdk.manifest import Manifest, read_manifest
from microservo_sdk.places import open_container
from microservo_sdk.strangers import refuse_strangers

LAYOUTS: Final[Mapping[str, Callable[[Container, Manifest | None], Layout]]] = {
    "microservo": MicroServoLayout,
    "csv": MicroServoLayout,
    "parquet": ParquetLayout,
    "rcaeval": RcaevalLayout,
    "openrca": OpenrcaLayout,
}


def open_dataset(path: str | os.PathLike[str], *, limits: Limits | None = None) -> Dataset:
    """The dataset in the zip or folder at `path`. Raises DatasetError for what is no dataset, or a damaged one."""
    container = open_container(path, limits)
    try:
        return Dataset(container, *identify(container))
    except BaseException:
        container.close()
        raise


def identify(container: Container) -> tuple[str, Manifest | None, Layout]:
    manifest = read_manifest(container) if MANIFEST in container.sizes else None
    name = manifest.format if manifest else detect(container)
    refuse_strangers(container, name, manifest)
    return name, manifest, LAYOUTS[name](container, manifest)
