"""What the demo does on a running platform: campaigns/quickstart.yaml, then a dataset of it."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cli.api import Api
from cli.campaigns import PATH, follow, how_far, injections_of, problems, read_file, remarks, start, where
from cli.console import CliError, Progress
from cli.datasets import Exported, dataset_request, export, wait_until_built
from platform_backend.config import REPO
from telemetry.records import TableName, Window
from telemetry.services import telemetry_source

CAMPAIGN: Final = REPO / "campaigns" / "quickstart.yaml"
_TABLES: Final[tuple[TableName, ...]] = ("logs", "spans", "samples")
_COUNT_EVERY: Final = 5.0


@dataclass(frozen=True, slots=True)
class Outcome:
    campaign: Mapping[str, Any]
    injections: Sequence[Mapping[str, Any]]
    dataset: Mapping[str, Any]
    exported: Exported


@dataclass(slots=True)
class _Rows:
    """How many rows the window has so far, asked for now and then only: counting costs some CPU."""

    start: int
    _asked: float = field(default=float("-inf"), init=False)
    _count: int = field(default=0, init=False)

    def so_far(self) -> int:
        if time.monotonic() - self._asked >= _COUNT_EVERY:
            window = Window(self.start, now())
            self._count = sum(telemetry_source().count(table, window) for table in _TABLES)
            self._asked = time.monotonic()
        return self._count


def carry_out(api: Api, out: Path, progress: Progress) -> Outcome:
    """The campaign, then the dataset of its time. Raises CliError when any of it fails."""
    begin = now()
    campaign = _run_campaign(api, _Rows(begin), progress)
    injections = list(injections_of(api, campaign))
    dataset = api.post("/datasets", dataset_request(begin, now(), ""))
    dataset = wait_until_built(api, dataset["id"], progress)
    exported = export(api, dataset, out, unpack=True, progress=progress)
    return Outcome(campaign, injections, dataset, exported)


def _run_campaign(api: Api, rows: _Rows, progress: Progress) -> Mapping[str, Any]:
    """Raises CliError unless every fault was injected; whoever interrupts it ends the campaign too."""
    campaign = start(api, read_file(str(CAMPAIGN)))
    try:
        over = follow(api, campaign, lambda now: progress.show(_line(now, rows), phase=where(now)))
    except BaseException:
        with suppress(CliError):  # the platform may be what failed
            api.post(f"{PATH}/{campaign['id']}/stop")
        raise
    if over["state"] != "completed" or problems(over):
        why = [over["reason"], problems(over), *remarks(over)]
        raise CliError(f"the demo's campaign {over['state']}: {'; '.join(text for text in why if text)}")
    return over


def _line(campaign: Mapping[str, Any], rows: _Rows) -> str:
    return f"{how_far(campaign)}, {rows.so_far():,} rows"


def now() -> int:
    """UTC microseconds."""
    return time.time_ns() // 1000
