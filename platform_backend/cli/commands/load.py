"""`load`: show the load of the shop, or set it."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cli.api import Api
from cli.console import CliError, say
from cli.paths import LOAD
from common.load_series import read_series
from platform_backend.config import config


def run(arguments: argparse.Namespace) -> int:
    asked = _asked(arguments)
    with Api(config()) as api:
        _show(api.put(LOAD, asked) if asked else api.get(LOAD))
    return 0


def _asked(arguments: argparse.Namespace) -> dict[str, Any]:
    """Empty: nothing is to be changed."""
    profile = "replay" if arguments.replay else arguments.profile
    if arguments.rate is None:
        if profile or arguments.period:
            raise CliError("say the load too, such as: ./microservo load 10 --profile diurnal", code=2)
        return {}
    if arguments.replay and arguments.profile:
        raise CliError("--replay is a profile of its own: leave --profile out", code=2)
    if arguments.period and not profile:
        raise CliError("--period needs --profile or --replay", code=2)
    shape = {"profile": profile, "period_s": arguments.period, "series": _series(arguments.replay)}
    return {"rate": arguments.rate, **{name: value for name, value in shape.items() if value}}


def _series(file: str | None) -> list[float]:
    try:
        return read_series(Path(file)) if file else []
    except ValueError as error:
        raise CliError(str(error), code=2) from None


def _show(load: Mapping[str, Any]) -> None:
    moves = "" if load["profile"] == "constant" else f", a day of it in {load['period_s']:g} s"
    say(f"{load['rate']:g} requests a second, {load['profile']}{moves}")
