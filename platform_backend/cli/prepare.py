"""Database, first user, token and static files, made ready in one process; prints a sign-in link.

Run by `up` as `python -m cli.prepare`, because Django takes a second to load and the command line
itself does without it.
"""

import os
import sys
from collections.abc import Sequence

import django
from django.core.management import call_command


def main(commands: Sequence[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_backend.settings")
    django.setup()
    if "database" in commands:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("ensure_admin", stdout=sys.stderr)
        call_command("collectstatic", interactive=False, verbosity=0)
    if "token" in commands:
        call_command("cli_token")
    if "link" in commands:
        call_command("signin_link")


if __name__ == "__main__":
    main(sys.argv[1:])
