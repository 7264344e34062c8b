"""A local cluster that can't start says why in one line, ends with status 2, and leaves nothing behind."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import BACKEND, free_port


def _start(state: Path, **environment: str) -> tuple[int, str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MICROSERVO_")}
    started = subprocess.run(
        [sys.executable, "-m", "local_cluster"],
        env={**clean, "PYTHONPATH": str(BACKEND), "MICROSERVO_STATE_DIR": str(state), **environment},
        stderr=subprocess.PIPE,
        timeout=40,
    )
    return started.returncode, started.stderr.decode()


def test_a_shop_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", 0))
        occupant.listen()
        port = str(occupant.getsockname()[1])
        status, errors = _start(tmp_path, MICROSERVO_SHOP__PORT=port, MICROSERVO_LOCAL_CLUSTER__FIRST_PORT="28000")
    assert status == 2, errors
    assert f"127.0.0.1:{port}" in errors
    assert "Traceback" not in errors
    assert not (tmp_path / "run" / "cluster.sock").exists()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (None, "no/values.yaml: can't be read"),
        ("services: {a: {protocol: smtp, resources: {limits: {}}, port: 1}}", "services.a: protocol is 'smtp'"),
        ("services: []", "services is []: expected a mapping"),
    ],
)
def test_a_list_of_services_that_is_wrong(tmp_path: Path, values: str | None, message: str) -> None:
    path = tmp_path / "no" / "values.yaml"
    if values is not None:
        path.parent.mkdir()
        path.write_text(values)
    status, errors = _start(
        tmp_path, MICROSERVO_LOCAL_CLUSTER__VALUES=str(path), MICROSERVO_SHOP__PORT=str(free_port())
    )
    assert status == 2, errors
    assert message in errors
    assert "Traceback" not in errors


def test_a_state_folder_of_another_user(tmp_path: Path) -> None:
    state = tmp_path
    if os.geteuid() == 0:
        state.chmod(0o777)
        os.chown(state, 65534, -1)
    else:
        state = Path("/usr")
    status, errors = _start(state, MICROSERVO_SHOP__PORT=str(free_port()))
    assert status == 2
    assert f"{state}: belongs to " in errors
    assert errors.count("\n") == 1
    assert state.stat().st_uid != os.geteuid()


def test_an_unknown_setting(tmp_path: Path) -> None:
    status, errors = _start(tmp_path, MICROSERVO_SHOP__COLOUR="red")
    assert status == 2
    assert "MICROSERVO_SHOP__COLOUR: no such setting" in errors
