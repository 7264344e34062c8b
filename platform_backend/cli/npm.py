"""`python -m cli.npm SCRIPT [ARGUMENT...]`: one of the scripts of platform_frontend/package.json, on a machine that may
have no Node.js yet: it and the packages for development are installed first. For tests and CI.
"""

import subprocess
import sys
from collections.abc import Sequence

from cli.console import CliError, Progress, complain
from cli.dashboard import ensure_packages, one_at_a_time
from cli.node import Node, find_node, install_node
from platform_backend.config import REPO

FRONTEND = REPO / "platform_frontend"


def prepared() -> Node:
    """Raises CliError."""
    with one_at_a_time(FRONTEND), Progress("Preparing the dashboard's tools") as progress:
        node = find_node()
        if node is None:
            progress.show("taking Node.js from its wheel", phase="node")
            node = install_node(REPO)
        ensure_packages(FRONTEND, node, progress, development=True)
    return node


def main(arguments: Sequence[str]) -> int:
    try:
        node = prepared()
    except CliError as error:
        complain(str(error))
        return error.code
    command = [str(node.node), str(node.npm), "run", "--silent", *arguments]
    return subprocess.run(command, cwd=FRONTEND, env=node.environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
