"""`dataset build|list|export|import|keep|delete`."""

import argparse
import time
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from cli.api import Api
from cli.console import CliError, Progress, human_bytes, say, table
from cli.datasets import dataset_request, export, send, wait_until_built
from platform_backend.config import config

KNOBS: Final = (
    "trace_sampling",
    "log_drop",
    "metric_step_s",
    "missing_services",
    "onset_jitter_s",
    "train_fraction",
    "seed",
)


def run(arguments: argparse.Namespace) -> int:
    with Api(config()) as api:
        ACTIONS[arguments.action](api, arguments)
    return 0


def _build(api: Api, arguments: argparse.Namespace) -> None:
    request = _request(api, arguments) | {"knobs": knobs(arguments), "notes": arguments.notes}
    dataset = api.post("/datasets", request)
    if not arguments.wait:
        say(f"{dataset['id']}  {dataset['name']}  {dataset['state']}")
        return
    with Progress("Building") as progress:
        dataset = wait_until_built(api, dataset["id"], progress)
    say(f"{dataset['id']}  {dataset['name']}  {dataset['digest']}")


def _request(api: Api, arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.campaign is None:
        return dataset_request(
            *window(arguments.last, arguments.start, arguments.end), arguments.name, arguments.format
        )
    if arguments.last is not None or arguments.start or arguments.end:
        raise CliError("a campaign has a time of its own: leave out --last, --from and --to", code=2)
    campaign = api.get(f"/campaigns/{_checked(arguments.campaign, 'campaign')}")
    name = arguments.name or f"{campaign['name']}-{campaign['id'][:8]}"
    return {"name": name, "format": arguments.format, "campaign": campaign["id"]}


def knobs(arguments: argparse.Namespace) -> dict[str, Any]:
    """Those that were given; the platform checks them and knows the others."""
    given = {name: getattr(arguments, name) for name in KNOBS}
    return {name: value for name, value in given.items() if value is not None}


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


def _list(api: Api, arguments: argparse.Namespace) -> None:
    header = ("ID", "NAME", "FORMAT", "STATE", "KEPT", "FAULTS", "SIZE", "DIGEST")
    asked = {"search": arguments.search} if arguments.search else {}
    rows = [
        (
            str(each["id"]),
            each["name"],
            each["format"] or "-",
            each["state"],
            "yes" if each["keep"] else "-",
            str(sum(each["counts"].get("faults", {}).values())),
            human_bytes(each.get("size") or 0),
            each.get("digest") or "-",
        )
        for each in api.pages("/datasets", **asked)
    ]
    say(table(header, rows, right=frozenset({5, 6})) if rows else "There are none yet.")


def _export(api: Api, arguments: argparse.Namespace) -> None:
    dataset = api.get(f"/datasets/{_checked(arguments.id)}")
    if dataset["state"] != "ready":
        raise CliError(f"dataset {arguments.id} is {dataset['state']}, not ready")
    with Progress("Exporting") as progress:
        exported = export(api, dataset, Path(arguments.out), unpack=arguments.unpack, progress=progress)
    say(f"{exported.folder or exported.archive}\n{exported.digest}")


def _import(api: Api, arguments: argparse.Namespace) -> None:
    """Waits for the check unless told not to: most who import want to know whether it is one."""
    file = Path(arguments.file)
    with Progress("Importing") as progress:
        dataset = send(api, file, arguments.name or file.stem, progress)
        if arguments.detach:
            say(f"{dataset['id']}  {dataset['name']}  {dataset['state']}")
            return
        dataset = dict(wait_until_built(api, dataset["id"], progress))
    say(f"{dataset['id']}  {dataset['name']}  {dataset['format']}  {dataset['digest']}")
    for warning in dataset["warnings"]:
        say(f"careful: {warning}")


def _keep(api: Api, arguments: argparse.Namespace) -> None:
    dataset = api.patch(f"/datasets/{_checked(arguments.id)}", {"keep": not arguments.off})
    say(f"{dataset['name']} is {'kept' if dataset['keep'] else 'not kept'}")


def _delete(api: Api, arguments: argparse.Namespace) -> None:
    api.delete(f"/datasets/{_checked(arguments.id)}")


def _checked(text: str, thing: str = "dataset") -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise CliError(f"{text!r} is not the id of a {thing}; see: ./microservo {thing} list", code=2) from None


ACTIONS: Final = {
    "build": _build,
    "list": _list,
    "export": _export,
    "import": _import,
    "keep": _keep,
    "delete": _delete,
}
