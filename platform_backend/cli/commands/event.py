"""`event kinds|start|list|stop`: what a healthy system goes through on purpose."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any, Final

from cli.api import Api
from cli.commands.inject import parameters
from cli.console import Progress, clock, say, table
from cli.events import PATH, Event, begin, find, wait_until_over
from platform_backend.config import config

_HEADER: Final = ("ID", "EVENT", "SERVICE", "STATE", "START", "END", "NOTE")


def run(arguments: argparse.Namespace) -> int:
    action = {"kinds": _kinds, "start": _start, "list": _list, "stop": _stop}[arguments.action]
    with Api(config()) as api:
        return action(api, arguments)


def _kinds(api: Api, _: argparse.Namespace) -> int:
    rows = [
        (kind["name"], "--duration" if kind["lasts"] else "-", _named(kind), kind["reason"] or kind["help"])
        for kind in api.get(f"{PATH}/kinds")
    ]
    say(table(("EVENT", "LASTS", "PARAMETERS", "WHAT IT IS"), rows))
    return 0


def _named(kind: Mapping[str, Any]) -> str:
    """Those that one may leave out in brackets."""
    return " ".join(each["name"] if each["required"] else f"[{each['name']}]" for each in kind["parameters"]) or "-"


def _start(api: Api, arguments: argparse.Namespace) -> int:
    asked = Event(
        kind=arguments.kind,
        service=arguments.service,
        parameters=parameters(arguments.param),
        duration=arguments.duration,
        allow_last_replica=arguments.allow_last_replica,
    )
    event = begin(api, asked)
    if arguments.wait:
        event = _wait(api, event, asked.kind)
    _show([event])
    return 1 if event["state"] == "failed" else 0


def _list(api: Api, _: argparse.Namespace) -> int:
    events = list(api.pages(PATH))
    if events:
        _show(events)
    else:
        say("There are none yet.")
    return 0


def _stop(api: Api, arguments: argparse.Namespace) -> int:
    event = api.post(f"{PATH}/{find(api, arguments.id)['id']}/stop")
    _show([_wait(api, event, "Stopping")])
    return 0


def _wait(api: Api, event: Mapping[str, Any], title: str) -> Mapping[str, Any]:
    with Progress(title) as progress:
        return wait_until_over(api, event, lambda now: progress.show(now["state"], phase=now["state"]))


def _show(events: Sequence[Mapping[str, Any]]) -> None:
    say(table(_HEADER, [_row(each) for each in events]))


def _row(event: Mapping[str, Any]) -> tuple[str, ...]:
    told = " ".join(f"{name}={value}" for name, value in event["detail"].items())
    times = clock(event["start"]), clock(event["end"])
    return (event["id"], event["kind"], event["service"], event["state"], *times, event["error"] or told or "-")
