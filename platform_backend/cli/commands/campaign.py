"""`campaign plan|run|list|report|stop`."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from campaigns.case_plan import PlannedCase, planned_cases, warnings
from campaigns.planner import PlannedStep, plan
from campaigns.schema import CampaignFile
from cli.api import Api
from cli.campaigns import (
    OPEN,
    PATH,
    events_of,
    follow,
    how_far,
    injections_of,
    problems,
    read_file,
    remarks,
    results_table,
    start,
    where,
)
from cli.console import CliError, Progress, complain, human_span, say, table
from platform_backend.config import config

_INTERRUPTED: Final = 130


def run(arguments: argparse.Namespace) -> int:
    if arguments.action == "plan":
        return _plan(read_file(arguments.file, arguments.seed).file)
    return {"run": _run, "list": _list, "report": _report, "stop": _stop}[arguments.action](arguments)


def _plan(file: CampaignFile) -> int:
    """Needs no running platform: the plan follows from the file alone."""
    made = plan(file)
    cases = planned_cases(file, made)
    by_group = {case.group: case for case in cases}
    rows = [_plan_row(step, by_group.get(step.group)) for step in made.steps]
    header = ("STEP", "FAULT", "SERVICE", "PODS", "SECONDS", "BEFORE", "AFTER", "PARAMETERS")
    say(table(header, rows, right=frozenset({0, 4, 5, 6})))
    say(f"\n{_counted(made.steps)}, about {human_span(made.seconds)}. Seed {file.seed}. Nothing was done.")
    say("BEFORE: normal seconds before a fault; AFTER: from its start to the next one. A case has the fewer of both.")
    if any(step.allow_last_replica for step in made.steps):
        say("allow_last_replica: faults may take a service's last ready pod.")
    for text in warnings(cases):
        complain(text)
    say(f"Digest: {made.digest}")
    return 0


def _counted(steps: Sequence[PlannedStep]) -> str:
    events = sum(step.is_event for step in steps)
    return f"{len(steps)} steps" if not events else f"{len(steps)} steps, {events} of them events, which are no faults"


def _plan_row(step: PlannedStep, case: PlannedCase | None) -> tuple[str, ...]:
    parameters = " ".join(f"{name}={value}" for name, value in step.parameters.items() if value not in ("", [], None))
    sides = ("", "") if step.follows or case is None else (str(case.before), str(case.after))
    fault = step.fault if not step.follows else f"+ {step.fault}" + (f" after {step.after:g} s" if step.after else "")
    fault = f"event {fault}" if step.is_event else fault
    seconds = f"{step.duration:g}" if step.duration else "-"
    return (str(step.index + 1), fault, step.service or "-", step.pods, seconds, *sides, parameters)


def _run(arguments: argparse.Namespace) -> int:
    given = read_file(arguments.file, arguments.seed)
    with Api(config()) as api:
        campaign = start(api, given)
        if arguments.detach:
            say(f"{campaign['id']}  {campaign['name']}  {campaign['state']}")
            return 0
        try:
            with Progress(given.file.name) as progress:
                campaign = follow(api, campaign, lambda now: progress.show(how_far(now), phase=where(now)))
        except KeyboardInterrupt:
            complain(f"the campaign goes on; stop it with: ./microservo campaign stop {campaign['id']}")
            return _INTERRUPTED
        return report(api, campaign)


def report(api: Api, campaign: Mapping[str, Any]) -> int:
    """Say what came of it; the exit code."""
    say(results_table(campaign, list(injections_of(api, campaign)), list(events_of(api, campaign))))
    wrong = problems(campaign)
    say(f"\n{campaign['name']} {campaign['state']}: {campaign['steps_total']} steps, {wrong or 'all of use'}.")
    say(f"Id: {campaign['id']}")
    for line in remarks(campaign):
        say(line)
    if campaign["state"] != "completed":
        raise CliError(f"campaign {campaign['state']}: {campaign['reason']}")
    return 1 if wrong else 0


def _list(_: argparse.Namespace) -> int:
    with Api(config()) as api:
        rows = [
            (each["id"], each["name"], each["state"], _steps(each), problems(each) or "-", each["created_at"])
            for each in api.pages(PATH)
        ]
    header = ("ID", "NAME", "STATE", "STEPS", "OF THEM", "CREATED")
    say(table(header, rows, right=frozenset({3})) if rows else "There are none yet.")
    return 0


def _steps(campaign: Mapping[str, Any]) -> str:
    return f"{campaign['steps_done']}/{campaign['steps_total']}"


def _report(arguments: argparse.Namespace) -> int:
    """To standard output as it is, so that it can be put into a file."""
    with Api(config()) as api:
        found = _find(api, arguments.id)
        chosen = "html" if arguments.html else "markdown"
        sys.stdout.buffer.write(api.fetch(f"{PATH}/{found['id']}/report?format={chosen}"))
    return 0


def _find(api: Api, start: str) -> Mapping[str, Any]:
    """The campaign whose id begins so. Raises CliError (exit code 2) unless there is exactly one."""
    found = [each for each in api.pages(PATH) if str(each["id"]).startswith(start.lower())]
    if len(found) != 1:
        which = "no campaign has" if not found else f"{len(found)} campaigns have"
        raise CliError(f"{which} an id that begins with {start!r}; see: ./microservo campaign list", code=2)
    return found[0]


def _stop(arguments: argparse.Namespace) -> int:
    with Api(config()) as api:
        campaign_id = arguments.id or _open_one(api)
        try:
            UUID(campaign_id)
        except ValueError:
            message = f"{campaign_id!r} is not the id of a campaign; see: ./microservo campaign list"
            raise CliError(message, code=2) from None
        campaign = api.post(f"{PATH}/{campaign_id}/stop")
        with Progress("Stopping") as progress:
            campaign = follow(api, campaign, lambda now: progress.show(how_far(now), phase=where(now)))
    say(f"{campaign['id']}  {campaign['name']}  {campaign['state']}")
    return 0


def _open_one(api: Api) -> str:
    """There is one at most."""
    for each in api.get(PATH, limit="1")["results"]:
        if each["state"] in OPEN:
            return str(each["id"])
    raise CliError("no campaign is running")
