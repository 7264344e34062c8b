"""The shared copy of the platform, and an environment of its own for each page that installs something."""

import hashlib
import os
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.guides.blocks import BLOCKS, REPO
from tests.guides.laid_out import checkout
from tests.guides.shared_copy import SharedCopy, start

INSTALL_SECONDS = 400


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, programs_of: Callable[[str], Path]) -> Iterator[SharedCopy]:
    """`programs_of` is named so that it installs while this one starts."""
    copy = start(tmp_path_factory.mktemp("shared"))
    yield copy
    copy.stop()


@pytest.fixture(scope="session")
def programs_of(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Callable[[str], Path]]:
    """By page: the folder with its `python`, ours unless the page says what to install. That is kept between runs."""
    scripts: dict[str, str] = {}
    for block in BLOCKS:
        if "pip install" in block.text:
            scripts[block.page] = scripts.get(block.page, "") + block.text
    kept, scratch = request.config.cache.mkdir("guides"), tmp_path_factory.mktemp("install")
    with ThreadPoolExecutor(1) as pool:
        made = {
            page: pool.submit(install, script, kept / slug(page), scratch / slug(page))
            for page, script in scripts.items()
        }
        yield lambda page: made[page].result() if page in made else REPO / ".venv" / "bin"


def slug(page: str) -> str:
    return page.replace("/", "-").removesuffix(".md")


def install(script: str, kept: Path, folder: Path) -> Path:
    """Carries out a page's block in an environment that has nothing else, unless an earlier run has done just that."""
    folder.mkdir()
    checkout(folder)
    done, programs = kept / "done", kept / "environment" / "bin"
    asked = digest(script, folder / "platform_backend" / "sdk")
    if done.exists() and done.read_text() == asked:
        return programs
    done.unlink(missing_ok=True)
    venv.EnvBuilder(with_pip=True, symlinks=True, clear=True).create(programs.parent)
    path = f"{programs}:{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace("/path/to", str(folder))],
        cwd=folder, env={**os.environ, "PATH": path, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        capture_output=True, text=True, timeout=INSTALL_SECONDS,
    )  # fmt: skip
    assert ran.returncode == 0, f"{script}{ran.stdout}{ran.stderr}"
    done.write_text(asked)
    return programs


def digest(script: str, sdk: Path) -> str:
    """Of all that decides what an installation gives, but for the package index."""
    found = hashlib.sha256(f"{script}{sys.version}".encode())
    if "sdk" in script:
        for path in sorted(path for path in sdk.rglob("*") if path.is_file()):
            found.update(path.read_bytes())
    return found.hexdigest()
