"""Building the dashboard when its sources changed, with a node that is a small script."""

import json
import stat
from pathlib import Path

import pytest

from cli import dashboard, node
from cli.console import CliError
from cli.dashboard import ensure_dashboard, is_current, packages_current, sources_digest
from cli.node import Node
from platform_backend.config import REPO

# npm ci: installs what the lock has. Vite: writes a page.
STAND_IN = """#!/bin/sh
echo "${{1##*/}} $2" >> "{calls}"
case "$1 $2" in
    *npm*) cp package-lock.json node_modules/.package-lock.json;;
    *vite*) mkdir -p dist.new && echo built > dist.new/index.html;;
esac
exit $(cat "{code}")
"""


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    return tmp_path / "calls"


@pytest.fixture
def repo(tmp_path: Path, calls: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "a repo"
    sources = root / "platform_frontend" / "src"
    sources.mkdir(parents=True)
    (sources / "main.ts").write_text("1")
    lock = {"packages": {"": {}, "node_modules/vue": {"version": "3.5.0"}}}
    (sources.parent / "package.json").write_text("{}")
    (sources.parent / "package-lock.json").write_text(json.dumps(lock))
    (tmp_path / "code").write_text("0")
    program = tmp_path / "node"
    program.write_text(STAND_IN.format(calls=calls, code=tmp_path / "code"))
    program.chmod(stat.S_IRWXU)
    monkeypatch.setattr(dashboard, "find_node", lambda: Node(program, tmp_path / "npm-cli.js"))
    return root


def test_built_once_then_only_when_a_source_changes(repo: Path, calls: Path) -> None:
    frontend = repo / "platform_frontend"
    ensure_dashboard(repo)
    assert (frontend / "dist" / "index.html").read_text() == "built\n"
    assert is_current(frontend)
    assert calls.read_text().splitlines() == ["npm-cli.js ci", "vite.js build"]

    ensure_dashboard(repo)
    assert len(calls.read_text().splitlines()) == 2

    (frontend / "src" / "main.ts").write_text("2")
    ensure_dashboard(repo)
    assert calls.read_text().splitlines() == ["npm-cli.js ci", "vite.js build", "vite.js build"]
    assert is_current(frontend)


def test_a_failure_is_said_and_leaves_what_is_served(
    repo: Path, tmp_path: Path, calls: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    served = repo / "platform_frontend" / "dist" / "index.html"
    (tmp_path / "code").write_text("1")
    ensure_dashboard(repo)
    said = capfd.readouterr().err
    assert "the dashboard could not be built, the API works: npm failed" in said
    assert not served.exists()

    served.parent.mkdir()
    served.write_text("before")
    ensure_dashboard(repo)
    assert "the one built before is served" in capfd.readouterr().err
    assert served.read_text() == "before"

    (tmp_path / "code").write_text("0")
    ensure_dashboard(repo)
    assert served.read_text() == "built\n"


def test_without_node_it_is_said_why(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(_: Path) -> Node:
        raise CliError("Node.js can't be installed from its wheel: no index")

    monkeypatch.setattr(dashboard, "find_node", lambda: None)
    monkeypatch.setattr(dashboard, "install_node", refuse)
    ensure_dashboard(repo)
    assert "the API works: Node.js can't be installed from its wheel: no index" in capfd.readouterr().err


def test_a_repository_without_a_dashboard_needs_none(tmp_path: Path) -> None:
    ensure_dashboard(tmp_path)
    assert not (tmp_path / "platform_frontend").exists()


def test_tests_are_no_sources_and_all_else_is(repo: Path) -> None:
    frontend = repo / "platform_frontend"
    before = sources_digest(frontend)
    (frontend / "src" / "main.test.ts").write_text("1")
    assert sources_digest(frontend) == before
    (frontend / "src" / "other.vue").write_text("1")
    assert sources_digest(frontend) != before


def test_every_package_that_is_needed_must_be_there_as_the_lock_has_it(tmp_path: Path) -> None:
    def lock(path: Path, **packages: dict[str, object]) -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"packages": {"": {}} | packages}))

    vue, vitest, native = (
        {"version": "1.0.0"},
        {"version": "1.0.0", "dev": True},
        {"version": "1.0.0", "optional": True},
    )
    lock(tmp_path / "package-lock.json", vue=vue, vitest=vitest, native=native)
    assert not packages_current(tmp_path, development=False)
    installed = tmp_path / "node_modules" / ".package-lock.json"
    lock(installed, vue=vue)
    assert packages_current(tmp_path, development=False)
    assert not packages_current(tmp_path, development=True)
    lock(installed, vue=vue, vitest=vitest)
    assert packages_current(tmp_path, development=True)
    lock(installed, vue={"version": "0.9.0"})
    assert not packages_current(tmp_path, development=False)


@pytest.mark.parametrize(
    ("told", "enough"), [("v20.19.0", True), ("v24.1.0", True), ("v20.18.9", False), ("v8", False)]
)
def test_only_a_node_that_is_new_enough_is_taken(tmp_path: Path, told: str, enough: bool) -> None:
    program = tmp_path / "node"
    program.write_text(f"#!/bin/sh\necho {told}\n")
    program.chmod(stat.S_IRWXU)
    assert node._new_enough(program) is enough
    assert not node._new_enough(tmp_path / "none")


def test_the_lock_files_name_no_registry() -> None:
    """They hold on every machine, whatever registry it takes its packages from."""
    lock = json.loads((REPO / "platform_frontend" / "package-lock.json").read_text())
    assert [path for path, package in lock["packages"].items() if "resolved" in package] == []
    assert "http" not in (REPO / node.LOCK).read_text()
