"""`user list|invite|role|disable|enable`: who may sign in, also for an admin who can't do so by themselves."""

import argparse
from collections.abc import Mapping
from typing import Any, Final

from cli.api import Api
from cli.commands.experiment import moment
from cli.console import CliError, say, table
from platform_backend.config import config

PATH: Final = "/users"


def run(arguments: argparse.Namespace) -> int:
    with Api(config()) as api:
        if arguments.action == "list":
            return _list(api)
        if arguments.action == "invite":
            return _invite(api, arguments.email)
        user = find(api, arguments.name)
        change = {"role": arguments.role} if arguments.action == "role" else {"is_active": arguments.action == "enable"}
        changed = api.patch(f"{PATH}/{user['id']}", change)
        say(f"{changed['username']}: {changed['role']}{'' if changed['is_active'] else ', disabled'}")
        return 0


def find(api: Api, name: str) -> Mapping[str, Any]:
    """By name or e-mail address, whatever the case. Raises CliError (exit code 2) unless there is one."""
    wanted = name.casefold()
    for user in api.pages(PATH):
        if wanted in (user["username"].casefold(), user["email"].casefold()):
            return user
    raise CliError(f"there is no user {name!r}; see: ./microservo user list", code=2)


def _list(api: Api) -> int:
    rows = [_row(each) for each in api.pages(PATH)]
    say(table(("NAME", "E-MAIL", "ROLE", "STATE", "LAST SIGN-IN (UTC)"), rows))
    return 0


def _row(user: Mapping[str, Any]) -> tuple[str, ...]:
    state = "active" if user["is_active"] else "disabled"
    return user["username"], user["email"], user["role"], state, moment(user["last_sign_in"])


def _invite(api: Api, email: str) -> int:
    invited = api.post("/invitations", {"email": email})
    say(f"{invited['email']} may make an account until {moment(invited['until'])} UTC:\n{invited['link']}")
    if invited["mail_error"]:
        say(f"It could not be mailed ({invited['mail_error']}): hand the link on yourself.")
    return 0
