"""Check a dataset to the last byte, streaming, without unpacking it."""

import os

from microservo_sdk.checked import CheckedContainer
from microservo_sdk.contents import MANIFEST
from microservo_sdk.documents import read_json
from microservo_sdk.events import check_events
from microservo_sdk.findings import Findings, Report, named
from microservo_sdk.labelcheck import check_labels
from microservo_sdk.limits import Limits, Progress
from microservo_sdk.opening import identify
from microservo_sdk.places import open_container
from microservo_sdk.splits import read_split
from microservo_sdk.truth import check_truth


def verify(path: str | os.PathLike[str], *, limits: Limits | None = None, progress: Progress | None = None) -> Report:
    """Raise DatasetError for the first thing that is wrong with the dataset at `path`, a zip or a folder.

    What is odd, but may be so, is among the warnings of the report. `progress` is called with the number of bytes
    read since its last call; what it raises stops the check.
    """
    container = CheckedContainer(open_container(path, limits), progress or _ignore)
    findings = Findings()
    try:
        name, manifest, layout = identify(container)
        if manifest:
            container.expect(manifest)
        layout.check(findings)
        findings.judge_clocks(container)
        check_labels(manifest, layout, findings)
        check_events(container, manifest)
        read_split(container, layout.injections)
        if manifest:
            check_truth(container, manifest, layout)
        for file in sorted(container.sizes):
            if file.endswith(".json"):
                read_json(container, file)
        container.read_rest()
    finally:
        container.close()
    if container.ignored:
        findings.warn(f"left out, as operating systems leave them behind: {named(container.ignored)}")
    return Report(
        format=name,
        window=manifest.window if manifest else findings.clocks.window(),
        files={file: record for file, record in sorted(container.finished.items()) if file != MANIFEST},
        warnings=findings.warnings(),
        ignored=container.ignored,
    )


def _ignore(_size: int) -> None:
    """Nobody wants to know."""
