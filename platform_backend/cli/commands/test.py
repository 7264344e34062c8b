"""`test`: pytest over the whole repository; its closing line and exit code are ours."""

import argparse
import os
import sys

from cli.console import CliError
from platform_backend.config import REPO
from platform_backend.private import as_the_user_has_it


def run(arguments: argparse.Namespace) -> int:
    command = [sys.executable, "-m", "pytest", "-c", str(REPO / "platform_backend" / "pyproject.toml")]
    command += ["--rootdir", str(REPO), *arguments.pytest]
    os.chdir(REPO)
    try:
        with as_the_user_has_it():
            os.execv(sys.executable, command)
    except OSError as error:
        raise CliError(f"pytest can't be started: {error.strerror}") from None
