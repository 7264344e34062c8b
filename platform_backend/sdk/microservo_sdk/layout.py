"""What every format gives to `Dataset`, and which one a folder or zip is in."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, Protocol

from microservo_sdk.chunks import Chunk
from microservo_sdk.container import Container
from microservo_sdk.contents import MANIFEST, is_inject_time
from microservo_sdk.csvfile import read_header
from microservo_sdk.errors import DatasetError
from microservo_sdk.findings import Findings
from microservo_sdk.model import Injection, NormalWindow
from microservo_sdk.selection import Selection

Table = Literal["logs", "spans"]
KPI: Final = re.compile(r"metric/(?:container|istio|node)/kpi_([^/]+)\.csv")
LOG: Final = "log/log.csv"
TRACE: Final = "trace/trace.csv"
RECORD: Final = "record.csv"


class Layout(Protocol):
    """Reads one format. Chunks come in the order of the files, only with wanted rows."""

    def chunks(self, table: Table, wanted: Selection) -> Iterator[Chunk]: ...

    def metric_chunks(self, names: Sequence[str] | None, wanted: Selection) -> Iterator[Chunk]: ...

    def metric_names(self) -> list[str]: ...

    def injections(self) -> list[Injection]: ...

    def normal_windows(self) -> list[NormalWindow]: ...

    def cases(self) -> Sequence[Any]:
        """Of rcaeval."""
        ...

    def records(self) -> Sequence[Any]:
        """Of openrca."""
        ...

    def queries(self) -> Sequence[Any]:
        """Of openrca."""
        ...

    def check(self, findings: Findings) -> None:
        """Read every table to its end and compare all that can be compared; `findings` learns what there is."""
        ...


def detect(container: Container) -> str:
    """The format of a dataset without dataset.json: `microservo` is that of the original platform."""
    names = container.sizes
    if any(map(is_inject_time, names)):
        return "rcaeval"
    if any(name.rpartition("/")[2] == RECORD for name in names) or any("telemetry/" in name for name in names):
        return "openrca"
    if LOG in names or TRACE in names or any(KPI.fullmatch(name) for name in names):
        _refuse_half_written(container)
        return "microservo"
    raise DatasetError(
        "no dataset: it has neither dataset.json nor the files of the original MicroServo, RCAEval or OpenRCA",
        file=str(container.path),
        hint="name the folder or zip that has them",
    )


def _refuse_half_written(container: Container) -> None:
    """The platform writes dataset.json last; the original, which has none, begins its tables with an index column."""
    tables = [name for name in (LOG, TRACE) if name in container.sizes]
    if any(read_header(container, name)[0] != "" for name in tables):
        raise DatasetError("missing: the dataset is half-written, or cut off", file=MANIFEST)
