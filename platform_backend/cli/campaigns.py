"""Campaigns through the REST API: read the file, start, follow to the end, show what came of it."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from campaigns.loading import LARGEST_BYTES, parse, places_in
from campaigns.schema import CampaignFile, validate
from cli.api import NOT_RUNNING, Api, placed
from cli.console import CliError, clock, human_span, table
from common.errors import UserError

PATH: Final = "/campaigns"
OPEN: Final = frozenset({"planned", "running", "stopping"})
_POLL_SECONDS: Final = 1.0
# A step whose pods do not come back is given up by the platform after about this long.
_STEP_GRACE: Final = 240.0
_RESTART_SECONDS: Final = 60.0
_HEADER: Final = ("FAULT", "POD", "START", "END", "EFFECT")


@dataclass(frozen=True, slots=True)
class Given:
    """A campaign as a file has it; `text` is empty where an option has changed it."""

    file: CampaignFile
    text: str = ""


def read_file(path: str, seed: int | None = None) -> Given:
    """The campaign of the file; `seed` replaces the file's. Raises CliError that names the place."""
    try:
        with Path(path).open("rb") as file:
            text = file.read(LARGEST_BYTES + 1).decode("utf-8")
    except OSError as error:
        raise CliError(f"{path}: {error.strerror}", code=2) from None
    except UnicodeDecodeError:
        raise CliError(f"{path}: not UTF-8 text", code=2) from None
    try:
        content = parse(text)
        if seed is not None and isinstance(content, dict):
            content["seed"] = seed
        with places_in(text):
            return Given(validate(content), text if seed is None else "")
    except UserError as error:
        places = "; ".join(placed(each.path, each.message, each.line, each.column) for each in error.places)
        raise CliError(f"{path}: {places or error.message}", code=2) from None


def start(api: Api, given: Given) -> Mapping[str, Any]:
    """With its comments, where it is sent as it is written."""
    if given.text:
        campaign: Mapping[str, Any] = api.send(PATH, given.text, "application/yaml")
    else:
        campaign = api.post(PATH, given.file.model_dump(mode="json"))
    return campaign


def follow(api: Api, campaign: Mapping[str, Any], on_wait: Callable[[Mapping[str, Any]], None]) -> Mapping[str, Any]:
    """The finished campaign with its steps, whatever its end. Raises CliError when there is none."""
    wait = campaign["content"]["steady"]["wait"] + _STEP_GRACE
    deadline = time.monotonic() + campaign["expected_s"] + len(campaign["steps"]) * wait
    seen = time.monotonic()
    while campaign["state"] in OPEN:
        on_wait(campaign)
        if time.monotonic() > deadline:
            raise CliError(f"campaign {campaign['id']} does not end; see: ./microservo logs worker")
        time.sleep(_POLL_SECONDS)
        try:
            campaign = api.get(f"{PATH}/{campaign['id']}")
        except CliError as error:  # a campaign outlives a restart of the platform, and so do we
            if error.code != NOT_RUNNING or time.monotonic() - seen > _RESTART_SECONDS:
                raise
        else:
            seen = time.monotonic()
    return campaign


def how_far(campaign: Mapping[str, Any]) -> str:
    """One line on where it is."""
    progress = campaign["progress"]
    left = "" if progress["seconds_left"] is None else f", {human_span(progress['seconds_left'])} left"
    if progress["current"] is None:
        return f"{campaign['state']}{left}"
    step = campaign["steps"][progress["current"]]
    return f"{where(campaign)}, {_doing(campaign, step)}{left}"


def where(campaign: Mapping[str, Any]) -> str:
    """The part of `how_far` that changes with each step."""
    progress = campaign["progress"]
    if progress["current"] is None:
        return str(campaign["state"])
    step = campaign["steps"][progress["current"]]
    return f"step {step['index'] + 1} of {progress['steps_total']}, {_named(step)}"


def _named(step: Mapping[str, Any]) -> str:
    """An event that changes no pods has no service."""
    return f"{step['fault']} on {step['service']}" if step["service"] else str(step["fault"])


def _doing(campaign: Mapping[str, Any], step: Mapping[str, Any]) -> str:
    if step["state"] == "pending":
        return "warming up" if step["index"] == 0 else "quiet"
    words = str(step["state"]).replace("_", " ")
    return f"{words} ({step['reason']})" if step["reason"] else words


def problems(campaign: Mapping[str, Any]) -> str:
    """The steps that leave no case to use, counted; empty when there are none."""
    counts = {what: campaign[f"steps_{what}"] for what in ("failed", "skipped", "unusable")}
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)


def remarks(campaign: Mapping[str, Any]) -> Iterator[str]:
    """What is to be said about single steps, a line each."""
    for step in campaign["steps"]:
        if why := [text for text in (step["reason"], step["unusable"] and f"unusable: {step['unusable']}") if text]:
            yield f"Step {step['index'] + 1}, {_named(step)}: {'; '.join(why)}"


def injections_of(api: Api, campaign: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """In the order of their steps."""
    for step in campaign["steps"]:
        if step["injection"]:
            yield api.get(f"/faults/injections/{step['injection']}")


def events_of(api: Api, campaign: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """In the order of their steps."""
    for step in campaign["steps"]:
        if step.get("event"):
            yield api.get(f"/events/{step['event']}")


def results_table(
    campaign: Mapping[str, Any],
    injections: Sequence[Mapping[str, Any]],
    events: Sequence[Mapping[str, Any]] = (),
) -> str:
    """A row per pod that was hurt, and per event; a step that did nothing has one that says why."""
    happened = {event["id"]: event for event in events}
    labels = {injection["id"]: injection["labels"] for injection in injections}
    rows: list[tuple[str, ...]] = []
    for step in campaign["steps"]:
        of_step = labels.get(step["injection"], [])
        rows += [_row(step["fault"], label) for label in of_step]
        if step.get("event") in happened:
            event = happened[step["event"]]
            ended = event["error"] or event["end_reason"]
            what = f"event {event['kind']}", f"({event['service']})"
            rows.append((*what, clock(event["start"]), clock(event["end"]), ended))
        elif not of_step:
            rows.append((step["fault"], f"({step['service']})", "-", "-", f"{step['state']}: {step['reason']}"))
    return table(_HEADER, rows)


def _row(fault: str, label: Mapping[str, Any]) -> tuple[str, ...]:
    return (fault, label["pod"], clock(label["start"]), clock(label["end"]), label["effect"])
