"""Files that are no part of a dataset though they lie in its folder: refused by name, in every format."""

import re
from collections.abc import Mapping
from typing import Final

from microservo_sdk.container import Container
from microservo_sdk.contents import INJECT_TIME, MANIFEST, is_inject_time
from microservo_sdk.errors import AGAIN, DatasetError
from microservo_sdk.manifest import Manifest
from microservo_sdk.names import printable

# Of datasets that are not the platform's: where their files may lie, besides what describes them for people.
_PLACES: Final[Mapping[str, re.Pattern[str]]] = {
    "microservo": re.compile(r"(?:log|trace|metric|groundtruth)/.+"),
    "openrca": re.compile(r"(?:telemetry/.+|(?:record|query)\.csv)"),
    "rcaeval": re.compile(r"(?:.*/)?cases\.parquet"),  # and all that lies in the folder of a case
}
_ABOUT: Final = re.compile(r"(?:.*/)?(?:readme|licen[cs]e|copying|citation|notice|authors|changelog)[^/]*", re.I)
# Written by the platform alone, and never without dataset.json.
_OURS: Final = re.compile(
    r"(?:.*/)?(?:card\.json|cases\.json|tasks\.csv|groundtruth/(?:injections|normal|split|jitter)\.json)"
)


def refuse_strangers(container: Container, format_name: str, manifest: Manifest | None) -> None:
    if manifest:
        _compare(container, manifest)
        return
    for name in sorted(container.sizes):
        if _OURS.fullmatch(name):
            raise DatasetError(f"missing, though {name} is there: the dataset is cut off", file=MANIFEST)
    cases = {name.removesuffix(INJECT_TIME) for name in container.sizes if is_inject_time(name)}
    for name in sorted(container.sizes):
        if not (_PLACES[format_name].fullmatch(name) or _ABOUT.fullmatch(name) or _is_below(name, cases)):
            hint = "take it out of there" + (f", or put its {INJECT_TIME} beside it" if cases else "")
            raise DatasetError(f"no part of a dataset of the layout {format_name}", file=printable(name), hint=hint)


def _compare(container: Container, manifest: Manifest) -> None:
    there = container.sizes.keys() - {MANIFEST}
    for name in sorted(manifest.files.keys() - there):
        raise DatasetError("missing, though dataset.json lists it", file=name)
    for name in sorted(there - manifest.files.keys()):
        raise DatasetError("not listed in dataset.json", file=printable(name), hint=f"remove it, or {AGAIN}")


def _is_below(name: str, folders: set[str]) -> bool:
    """In one of the folders, or in a folder of theirs; "" is the top."""
    parts = name.split("/")[:-1]
    return "" in folders or any("/".join(parts[:end]) + "/" in folders for end in range(1, len(parts) + 1))
