"""What `up` builds where nobody develops: with the packages of the lock file, but those for development."""

import shutil
from pathlib import Path

import pytest

from cli.dashboard import ensure_dashboard, is_current
from platform_backend.config import REPO

LEFT_OUT = ("node_modules", "dist*")


@pytest.mark.timeout(400)
def test_it_is_built_without_the_packages_for_development(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frontend = tmp_path / "platform_frontend"
    shutil.copytree(REPO / "platform_frontend", frontend, ignore=shutil.ignore_patterns(*LEFT_OUT))
    ensure_dashboard(tmp_path)
    assert is_current(frontend), capsys.readouterr().err
    assert not (frontend / "node_modules" / "vitest").exists()
