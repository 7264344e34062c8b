"""Database, first user, token and static files, made ready in one process; prints a sign-in link.

Run by `up` as `python -m cli.prepare`, because Django takes a second to load and the command line
itself does without it.
"""

import os
import sys
from collections.abc import Sequence
from typing import Final

import django
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from platform_backend.private import become_private

UNKNOWN_DATABASE: Final = 1049


def main(commands: Sequence[str]) -> None:
    become_private()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_backend.settings")
    django.setup()
    try:
        _prepare(commands)
    except CommandError as error:
        raise SystemExit(str(error)) from None
    except OperationalError as error:
        raise SystemExit(f"the database: {error.args[-1]}{_remedy(error)}") from None


def _remedy(error: OperationalError) -> str:
    if error.args[0] != UNKNOWN_DATABASE:
        return ""
    name = connection.settings_dict["NAME"]
    return f"; make it with: CREATE DATABASE {name} CHARACTER SET utf8mb4;"


def _prepare(commands: Sequence[str]) -> None:
    if "database" in commands:
        # Which migrate leaves out when it is called so. Our own output is the link alone.
        call_command("check", databases=["default"], tags=["database"], stdout=sys.stderr)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("ensure_admin", stdout=sys.stderr)
        call_command("collectstatic", interactive=False, verbosity=0)
    if "token" in commands:
        call_command("cli_token")
    if "link" in commands:
        call_command("signin_link")


if __name__ == "__main__":
    main(sys.argv[1:])
