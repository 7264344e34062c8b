"""What a build or an import has made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Outcome:
    folder: Path  # to be published: the zip and dataset.json
    digest: str
    size: int  # of the zip, bytes
    tables: Mapping[str, int]  # rows
    metrics: Mapping[str, int]
    faults: Mapping[str, int]  # by kind
    columns: Mapping[str, Any] = field(default_factory=dict)  # of the row in the database: what is known only now
