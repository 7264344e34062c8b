"""`experiment list|pause|resume|stop|delete|history`."""

import argparse
from collections.abc import Mapping
from typing import Any, Final

from cli.api import Api
from cli.console import CliError, say, table
from platform_backend.config import config

PATH: Final = "/faults/experiments"
_SHORT: Final = 8


def run(arguments: argparse.Namespace) -> int:
    with Api(config()) as api:
        if arguments.action == "list":
            return _list(api)
        experiment = find(api, arguments.id)
        if arguments.action == "history":
            return _history(api, experiment)
        if arguments.action == "delete":
            api.delete(f"{PATH}/{experiment['id']}")
            say(f"{experiment['name']}: deleted")
            return 0
        changed = api.post(f"{PATH}/{experiment['id']}/{arguments.action}")
        say(f"{changed['name']}: {changed['state']}")
        return 0


def find(api: Api, start: str) -> Mapping[str, Any]:
    """The experiment whose id begins so. Raises CliError (exit code 2) unless there is exactly one."""
    found = [each for each in api.pages(PATH) if str(each["id"]).startswith(start.lower())]
    if len(found) != 1:
        which = "no experiment has" if not found else f"{len(found)} experiments have"
        raise CliError(f"{which} an id that begins with {start!r}; see: ./microservo experiment list", code=2)
    return found[0]


def _list(api: Api) -> int:
    rows = [_row(each) for each in api.pages(PATH)]
    say(
        table(("ID", "NAME", "KIND", "TARGETS", "SCHEDULE", "STATE", "NEXT (UTC)"), rows) if rows else "No experiments."
    )
    return 0


def _row(experiment: Mapping[str, Any]) -> tuple[str, ...]:
    schedule = experiment["schedule"]
    when = f"{schedule['cron']} {schedule['time_zone']}" if schedule["type"] == "cron" else schedule["type"]
    targets = ",".join((*experiment["services"], *experiment["pods"]))
    named = experiment["name"], experiment["kind"], targets, when, experiment["state"]
    return (experiment["id"][:_SHORT], *named, moment(schedule["next_at"]))


def _history(api: Api, experiment: Mapping[str, Any]) -> int:
    rows = [_occurrence(each) for each in api.pages(f"{PATH}/{experiment['id']}/history")]
    say(table(("PLANNED (UTC)", "OUTCOME", "INJECTION", "STATE", "REASON"), rows) if rows else "Nothing happened yet.")
    return 0


def _occurrence(entry: Mapping[str, Any]) -> tuple[str, ...]:
    injection = entry["injection"] or {"id": "", "state": "", "error": ""}
    reason = entry["reason"] or injection["error"]
    return moment(entry["scheduled_for"]), entry["outcome"], injection["id"][:_SHORT], injection["state"], reason


def moment(iso: str | None) -> str:
    """The API's times are in UTC."""
    return iso[:19].replace("T", " ") if iso else "-"
