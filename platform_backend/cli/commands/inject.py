"""`inject`: one fault now."""

import argparse
import json
from collections.abc import Iterable, Mapping
from typing import Any

from cli.api import Api
from cli.console import CliError, Progress, clock, say, table
from cli.faults import Fault, inject, wait_until_over
from platform_backend.config import config


def run(arguments: argparse.Namespace) -> int:
    if not (arguments.pod or arguments.service):
        raise CliError("name at least one target: --pod POD or --service S", code=2)
    fault = Fault(
        kind=arguments.kind,
        services=arguments.service,
        pods=arguments.pod,
        parameters=parameters(arguments.param),
        duration=arguments.duration,
        allow_last_replica=arguments.allow_last_replica,
    )
    with Api(config()) as api:
        injection = inject(api, fault)
        if not arguments.wait:
            say(f"{injection['id']}  {injection['kind']}  {injection['state']}")
            return 0
        with Progress(injection["kind"]) as progress:
            injection = wait_until_over(api, injection, lambda now: progress.show(now["state"], phase=now["state"]))
    say(labels_table([injection]))
    return 0


def parameters(pairs: Iterable[str]) -> dict[str, Any]:
    """{"latency_ms": 300} from ["latency_ms=300"]; what is not a number or true/false stays text."""
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise CliError(f"--param {pair!r} is not like name=value", code=2)
        found[name] = _value(value)
    return found


def _value(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, bool | int | float | list) else text


def labels_table(injections: Iterable[Mapping[str, Any]]) -> str:
    rows = [
        (each["kind"], label["pod"], clock(label["start"]), clock(label["end"]))
        for each in injections
        for label in each["labels"]
    ]
    return table(("FAULT", "POD", "START", "END"), rows)
