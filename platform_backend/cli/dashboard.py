"""Builds the dashboard when its sources changed: npm's packages by the lock file, then Vite, into a folder beside the
one that is served, which it then replaces. What is served says of which sources it is made.
"""

import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from cli.console import CliError, Progress, complain
from cli.node import Node, find_node, install_node

STAMP: Final = ".sources"  # in the built folder; names that begin with a dot are not served
_SOURCES: Final = ("index.html", "package.json", "package-lock.json", "vite.config.ts", "config", "public", "src")
_INSTALL_TIMEOUT: Final = 600.0
_BUILD_TIMEOUT: Final = 300.0
_LAST_LINES: Final = 6
_POLL_SECONDS: Final = 0.2
# npm's own patience with a registry that does not answer is many minutes.
_PATIENCE: Final = ("--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000")


def ensure_dashboard(repo: Path) -> None:
    """Never in the way of the platform: what keeps it from being built is said in a line, and the API works."""
    frontend = repo / "platform_frontend"
    if not (frontend / "package.json").is_file() or is_current(frontend):
        return
    try:
        with one_at_a_time(frontend):
            if not is_current(frontend):  # another start may have built it while we waited
                _build(repo, frontend)
    except (CliError, OSError) as error:
        left = "the one built before is served" if (frontend / "dist" / "index.html").is_file() else "the API works"
        complain(f"the dashboard could not be built, {left}: {error}")


def is_current(frontend: Path) -> bool:
    try:
        return (frontend / "dist" / STAMP).read_text(encoding="ascii").strip() == sources_digest(frontend)
    except (OSError, ValueError):
        return False


def sources_digest(frontend: Path) -> str:
    """Of what the build reads; tests are none of it."""
    total = hashlib.sha256()
    for path in _source_files(frontend):
        content = path.read_bytes()
        total.update(f"{path.relative_to(frontend)}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def _source_files(frontend: Path) -> Iterator[Path]:
    for name in _SOURCES:
        root = frontend / name
        inner = sorted(path for path in root.rglob("*") if path.is_file()) if root.is_dir() else [root]
        yield from (path for path in inner if path.is_file() and not path.name.endswith(".test.ts"))


def _build(repo: Path, frontend: Path) -> None:
    digest = sources_digest(frontend)
    fresh = frontend / "dist.new"
    with Progress("Building the dashboard") as progress:
        node = find_node()
        if node is None:
            progress.show("taking Node.js from its wheel", phase="node")
            node = install_node(repo)
        ensure_packages(frontend, node, progress)
        vite = [str(frontend / "node_modules" / "vite" / "bin" / "vite.js"), "build", "--logLevel", "warn"]
        vite += ["--outDir", str(fresh), "--emptyOutDir"]
        _run(node, vite, frontend, progress, "Vite", _BUILD_TIMEOUT)
    (fresh / STAMP).write_text(digest + "\n", encoding="ascii")
    _replace(frontend / "dist", fresh)


def _replace(served: Path, fresh: Path) -> None:
    old = served.with_name("dist.old")
    shutil.rmtree(old, ignore_errors=True)
    if served.exists():
        served.rename(old)
    fresh.rename(served)
    shutil.rmtree(old, ignore_errors=True)


def ensure_packages(frontend: Path, node: Node, progress: Progress, *, development: bool = False) -> None:
    """npm's packages as the lock file has them. A developer's, who has more of them, stay so."""
    missing = not packages_current(frontend, development=development)
    if not missing:
        return
    command = [str(node.npm), "ci", "--no-progress", "--loglevel=error", *_PATIENCE]
    if not (development or _holds_development(frontend)):
        command.append("--omit=dev")
    _run(node, command, frontend, progress, "npm", _INSTALL_TIMEOUT)


def packages_current(frontend: Path, *, development: bool) -> bool:
    """npm keeps a list of what it has installed; packages for other machines are in the lock alone."""
    installed = _packages(frontend / "node_modules" / ".package-lock.json")
    needed = _packages(frontend / "package-lock.json")
    return all(
        installed.get(path, {}).get("version") == package["version"]
        for path, package in needed.items()
        if path and _is_needed(package, development=development)
    )


def _is_needed(package: Mapping[str, Any], *, development: bool) -> bool:
    if package.get("optional") or package.get("devOptional"):
        return False
    return development or not package.get("dev")


def _holds_development(frontend: Path) -> bool:
    return any(package.get("dev") for package in _packages(frontend / "node_modules" / ".package-lock.json").values())


def _packages(lock: Path) -> Mapping[str, Any]:
    try:
        found: dict[str, Any] = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    except (OSError, ValueError, KeyError):
        return {}
    return found


def _run(node: Node, command: Sequence[str], folder: Path, progress: Progress, name: str, timeout: float) -> None:
    """Raises CliError with the last that it said. Nothing of it outlives us."""
    log = folder / "node_modules" / ".microservo.log"
    log.parent.mkdir(exist_ok=True)
    # npm empties the folder that the log lies in, which takes its name away but not the open file.
    with log.open("w+b") as output:
        process = subprocess.Popen(
            [str(node.node), *command],
            cwd=folder,
            env=node.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait(process, progress, name, timeout)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if process.returncode:
            output.seek(0)
            raise CliError(f"{name} failed; it said:\n{_tail(output.read().decode(errors='replace'))}")


def _wait(process: "subprocess.Popen[bytes]", progress: Progress, name: str, timeout: float) -> None:
    texts = {"npm": "npm fetches its packages, once", "Vite": "Vite puts it together"}
    deadline = time.monotonic() + timeout
    while process.poll() is None:
        progress.show(texts[name], phase=name)
        if time.monotonic() > deadline:
            raise CliError(f"{name}: no end after {timeout:.0f} s")
        time.sleep(_POLL_SECONDS)


def _tail(text: str) -> str:
    return "\n".join("  " + line for line in text.strip().splitlines()[:_LAST_LINES])


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
