"""`signin`: a new one-time sign-in link."""

import argparse

from cli.console import say
from cli.lifecycle import prepare
from platform_backend.config import config


def run(_: argparse.Namespace) -> int:
    say(prepare(config(), "link"))
    return 0
