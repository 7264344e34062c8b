"""Programs that run without some modules, and with the environment that marks them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local_cluster.environment import inherited

BACKEND = Path(__file__).resolve().parents[2] / "platform_backend"
PROGRAM = """
import json, sys
import asyncio.sslproto
print(json.dumps({"argv": sys.argv[1:], "name": __name__, "ssl": asyncio.sslproto.ssl is not None}))
"""


def run(folder: Path, *, without: str) -> dict[str, object]:
    (folder / "told.py").write_text(PROGRAM, encoding="utf-8")
    path = os.pathsep.join([str(folder), str(BACKEND)])
    argv = [sys.executable, "-m", "local_cluster.without", without, "told", "--some", "argument"]
    ran = subprocess.run(argv, env=os.environ | {"PYTHONPATH": path}, capture_output=True, timeout=20, check=True)
    answer: dict[str, object] = json.loads(ran.stdout)
    return answer


def test_a_module_is_left_out(tmp_path: Path) -> None:
    assert run(tmp_path, without="ssl,numpy") == {"argv": ["--some", "argument"], "name": "__main__", "ssl": False}


def test_others_are_not(tmp_path: Path) -> None:
    assert run(tmp_path, without="numpy")["ssl"] is True


def test_the_mark_of_a_running_copy_is_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICROSERVO_INSTANCE", "/some/state")
    monkeypatch.setenv("SOMETHING_ELSE", "1")
    assert inherited()["MICROSERVO_INSTANCE"] == "/some/state"
    assert "SOMETHING_ELSE" not in inherited()
