"""`dataset build|list|export`."""

import argparse
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from cli.api import Api
from cli.console import CliError, Progress, human_bytes, say, table
from cli.datasets import export, wait_until_built
from platform_backend.config import config


def run(arguments: argparse.Namespace) -> int:
    with Api(config()) as api:
        {"build": _build, "list": _list, "export": _export}[arguments.action](api, arguments)
    return 0


def _build(api: Api, arguments: argparse.Namespace) -> None:
    start, end = window(arguments.last, arguments.start, arguments.end)
    dataset = api.post("/datasets", dataset_request(start, end, arguments.name))
    if not arguments.wait:
        say(f"{dataset['id']}  {dataset['name']}  {dataset['state']}")
        return
    with Progress("Building") as progress:
        dataset = wait_until_built(api, dataset["id"], progress)
    say(f"{dataset['id']}  {dataset['name']}  {dataset['digest']}")


def dataset_request(start: int, end: int, name: str) -> dict[str, Any]:
    """Times in UTC microseconds."""
    made_up = datetime.fromtimestamp(start / 1e6).strftime("dataset-%Y%m%d-%H%M%S")  # noqa: DTZ006  (the user's clock)
    return {"name": name or made_up, "from": start, "to": end, "format": "csv"}


def window(last: float | None, start: str | None, end: str | None) -> tuple[int, int]:
    """The chosen window in UTC microseconds. Raises CliError (exit code 2)."""
    now = time.time_ns() // 1000
    if (last is None) == (start is None):
        raise CliError("give either --last SPAN or --from TIME", code=2)
    to = moment(end) if end else now
    begin = moment(start) if start else to - int((last or 0) * 1e6)
    if begin >= to:
        raise CliError("--from is not before --to", code=2)
    return begin, to


def moment(text: str) -> int:
    """UTC microseconds from ISO 8601 (with a zone) or seconds since the epoch."""
    try:
        if text.replace(".", "", 1).isdecimal():
            return int(float(text) * 1e6)
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise CliError(f"{text!r} is not a time; write it like 2026-01-31T12:00:00Z", code=2) from None
    if parsed.tzinfo is None:
        raise CliError(f"{text!r} has no time zone; add Z for UTC or an offset like +02:00", code=2)
    return int(parsed.timestamp() * 1e6)


def _list(api: Api, _: argparse.Namespace) -> None:
    rows = [
        (str(each["id"]), each["name"], each["state"], human_bytes(each.get("size") or 0), each.get("digest") or "-")
        for each in api.pages("/datasets")
    ]
    say(table(("ID", "NAME", "STATE", "SIZE", "DIGEST"), rows, right=frozenset({3})) if rows else "There are none yet.")


def _export(api: Api, arguments: argparse.Namespace) -> None:
    try:
        UUID(arguments.id)
    except ValueError:
        raise CliError(f"{arguments.id!r} is not the id of a dataset; see: ./microservo dataset list", code=2) from None
    dataset = api.get(f"/datasets/{arguments.id}")
    if dataset["state"] != "ready":
        raise CliError(f"dataset {arguments.id} is {dataset['state']}, not ready")
    with Progress("Exporting") as progress:
        exported = export(api, dataset, Path(arguments.out), unpack=arguments.unpack, progress=progress)
    say(f"{exported.folder or exported.archive}\n{exported.digest}")
