"""The process manager's configuration, read back by supervisord's own parser."""

from pathlib import Path
from typing import Any

import pytest
from supervisor.options import ServerOptions

from cli.instance import MANAGER_VARIABLE, Instance
from cli.programs import WORKER_ENVIRONMENT, bind_address, manager_configuration
from platform_backend.config import Config, load


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("MICROSERVO_STATE_DIR", str(tmp_path / "a 100% state"))
    monkeypatch.setenv(MANAGER_VARIABLE, "4711")
    return load()


def parsed(settings: Config) -> dict[str, Any]:
    """Program configurations by name, as supervisord will run them."""
    instance = Instance.of(settings)
    instance.make_folders()
    instance.manager_configuration.write_text(manager_configuration(settings, instance))
    options = ServerOptions()
    options.realize(["-c", str(instance.manager_configuration)])
    return {program.name: program for group in options.process_group_configs for program in group.process_configs}


def test_every_part_is_there_and_dies_with_the_manager(settings: Config) -> None:
    found = parsed(settings)
    assert sorted(found) == ["beat", "broker", "cluster", "web", "worker"]
    for program in found.values():
        assert "launch.py" in program.command
        assert " 4711 9 " in program.command
        assert program.autorestart
        assert program.startretries > 100_000


def test_everything_can_stop_within_the_promised_time(settings: Config) -> None:
    found = parsed(settings)
    broker = found.pop("broker")
    assert max(program.stopwaitsecs for program in found.values()) + broker.stopwaitsecs <= 14


def test_the_broker_opens_no_tcp_port_and_writes_nothing(settings: Config) -> None:
    command = parsed(settings)["broker"].command
    assert "--port 0" in command
    assert "--save ''" in command
    assert str(settings.broker_socket) in command


def test_the_worker_builds_with_the_lean_memory_pool(settings: Config) -> None:
    assert parsed(settings)["worker"].environment == WORKER_ENVIRONMENT
    assert not parsed(settings)["web"].environment


def test_an_own_broker_is_not_started_beside_a_configured_one(
    settings: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MICROSERVO_BROKER_URL", "redis://127.0.0.1:6379/0")
    assert "broker" not in parsed(load())


def test_ipv6_addresses_get_their_brackets() -> None:
    assert bind_address("::1", 80) == "[::1]:80"
    assert bind_address("127.0.0.1", 80) == "127.0.0.1:80"


def test_a_kubernetes_elsewhere_needs_no_local_cluster(settings: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICROSERVO_ADAPTERS__SYSTEM", "kubernetes")
    assert "cluster" not in parsed(load())
