"""`campaign plan|run|list|stop`."""

import argparse
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from campaigns.planner import PlannedStep, plan
from campaigns.schema import CampaignFile
from cli.api import Api
from cli.campaigns import OPEN, PATH, follow, how_far, injections_of, read_file, results_table, start, where
from cli.console import CliError, Progress, complain, human_span, say, table
from platform_backend.config import config

_INTERRUPTED: Final = 130


def run(arguments: argparse.Namespace) -> int:
    if arguments.action == "plan":
        return _plan(read_file(arguments.file, arguments.seed))
    return {"run": _run, "list": _list, "stop": _stop}[arguments.action](arguments)


def _plan(file: CampaignFile) -> int:
    """Needs no running platform: the plan follows from the file alone."""
    made = plan(file)
    rows = [_plan_row(step) for step in made.steps]
    say(table(("STEP", "FAULT", "SERVICE", "PODS", "SECONDS", "PARAMETERS"), rows, right=frozenset({0, 4})))
    say(f"\n{len(rows)} steps, about {human_span(made.seconds)}. Seed {file.seed}. Nothing was done.")
    if any(step.allow_last_replica for step in made.steps):
        say("allow_last_replica: faults may take a service's last ready pod.")
    say(f"Digest: {made.digest}")
    return 0


def _plan_row(step: PlannedStep) -> tuple[str, ...]:
    parameters = " ".join(f"{name}={value}" for name, value in step.parameters.items() if value not in ("", [], None))
    return (str(step.index + 1), step.fault, step.service, step.pods, f"{step.duration:g}", parameters)


def _run(arguments: argparse.Namespace) -> int:
    file = read_file(arguments.file, arguments.seed)
    with Api(config()) as api:
        campaign = start(api, file)
        if arguments.detach:
            say(f"{campaign['id']}  {campaign['name']}  {campaign['state']}")
            return 0
        try:
            with Progress(file.name) as progress:
                campaign = follow(api, campaign, lambda now: progress.show(how_far(now), phase=where(now)))
        except KeyboardInterrupt:
            complain(f"the campaign goes on; stop it with: ./microservo campaign stop {campaign['id']}")
            return _INTERRUPTED
        return _report(api, campaign)


def _report(api: Api, campaign: Mapping[str, Any]) -> int:
    say(results_table(campaign, list(injections_of(api, campaign))))
    over: dict[str, int] = {}
    for step in campaign["steps"]:
        over[step["state"]] = over.get(step["state"], 0) + 1
    counts = ", ".join(f"{count} {state}" for state, count in sorted(over.items()))
    say(f"\n{campaign['name']} {campaign['state']}: {counts}. Id: {campaign['id']}")
    for step in campaign["steps"]:
        if step["reason"]:
            say(f"Step {step['index'] + 1}, {step['fault']} on {step['service']}: {step['reason']}")
    if campaign["state"] != "completed":
        raise CliError(f"campaign {campaign['state']}: {campaign['reason']}")
    return 0 if set(over) == {"done"} else 1


def _list(_: argparse.Namespace) -> int:
    with Api(config()) as api:
        rows = [
            (each["id"], each["name"], each["state"], f"{each['steps_done']}/{each['steps_total']}", each["created_at"])
            for each in api.pages(PATH)
        ]
    header = ("ID", "NAME", "STATE", "STEPS", "CREATED")
    say(table(header, rows, right=frozenset({3})) if rows else "There are none yet.")
    return 0


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
