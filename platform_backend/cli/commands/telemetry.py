"""`telemetry logs`: log lines of the shop as a file."""

import argparse
from pathlib import Path
from typing import Any, Final

from cli.api import Api
from cli.commands.dataset import window
from cli.console import Progress, complain, human_bytes, say
from platform_backend.config import config
from platform_backend.private import as_the_user_has_it

# Options of the command that are parameters of the API.
FILTERS: Final = ("services", "pods", "levels", "contains", "search", "regex", "trace_id", "span_id", "limit")


def run(arguments: argparse.Namespace) -> int:
    out = Path(arguments.out or f"logs.{arguments.format}")
    with Api(config()) as api, Progress("Downloading") as progress, as_the_user_has_it():
        headers = api.save(
            "/telemetry/logs/download",
            out,
            lambda size: progress.show(human_bytes(size), phase="download"),
            query(arguments),
        )
    say(str(out))
    if headers.get("X-Truncated") == "true":
        complain("There are more lines than these, which are the newest: choose a shorter window, or filters.")
    return 0


def query(arguments: argparse.Namespace) -> dict[str, Any]:
    start, end = window(arguments.last, arguments.start, arguments.end)
    given = {name: getattr(arguments, name) for name in FILTERS}
    chosen = {name: value for name, value in given.items() if value is not None}
    return {"from": start, "to": end, "format": arguments.format, **chosen}
