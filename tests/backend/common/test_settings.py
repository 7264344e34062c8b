"""Settings that can't be right on any machine: each is named with its value and what is expected."""

import re
from pathlib import Path
from typing import Any

import annotated_types
import pytest

from platform_backend import config as module
from platform_backend.config import REPO, Config, ConfigError, load

BOUND = re.compile(r"\[(above )?([\d.]+)?,? ?to ([\w.]+)( characters)?\]")


def wrong(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    for name, value in variables.items():
        monkeypatch.setenv(f"MICROSERVO_{name}", value)
    with pytest.raises(ConfigError) as error:
        load()
    return str(error.value)


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("WEB__PORT", "0", "greater than or equal to 1"),
        ("WEB__HOST", "", "expected an IP address or host name"),
        ("WEB__HOST", "http://x", "expected an IP address or host name"),
        ("WEB__ALLOWED_HOSTS", '["ok", "x:80"]', "without scheme and port"),
        ("WEB__ALLOWED_HOSTS", '["::1"]', "without scheme and port"),
        ("SHOP__HOST", "localhost", "expected an IP address of this machine"),
        ("LOCAL_CLUSTER__FIRST_PORT", "70000", "less than or equal to 65535"),
        ("LOCAL_CLUSTER__FIRST_PORT", "80", "greater than or equal to 1024"),
        ("LOCAL_CLUSTER__NODE_NAME", "A_b", "should match pattern"),
        ("TELEMETRY__RETENTION_GB", "inf", "finite"),
        ("TELEMETRY__RETENTION_HOURS", "nan", "finite"),
        ("DATASETS__KEEP_DAYS", "1e300", "less than or equal to 10000"),
        ("ACCOUNTS__EMAIL__SENDER", "nobody", "expected an e-mail address"),
        ("BROKER_URL", "amqp://x", "expected redis://"),
        ("BROKER_URL", "redis://x:99999/0", "expected redis://"),
        ("BROKER_URL", "redis://x/zero", "expected redis://"),
        ("BROKER_URL", "redis+socket://x", "expected redis://"),
    ],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, expected: str) -> None:
    said = wrong(monkeypatch, **{variable: value})
    assert f"MICROSERVO_{variable} is " in said
    assert expected in said
    assert "\n" not in said


def test_all_that_is_wrong_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said = wrong(monkeypatch, WEB__PORT="0", SHOP__PORT="x")
    assert [line.split()[2] for line in said.splitlines()] == ["MICROSERVO_WEB__PORT", "MICROSERVO_SHOP__PORT"]


def test_a_default_beyond_the_most_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    said = wrong(monkeypatch, FAULTS__MAX_DURATION_S="30")
    assert "faults.default_duration_s is 60: expected at most max_duration_s, which is 30" in said


def test_an_unknown_variable_names_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    said = wrong(monkeypatch, WEB__PROT="8000")
    assert said == 'environment variable MICROSERVO_WEB__PROT: no such setting; did you mean "MICROSERVO_WEB__PORT"?'


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "hunter2" not in wrong(monkeypatch, BROKER_URL="redis://:hunter2@x:99999")
    monkeypatch.delenv("MICROSERVO_BROKER_URL")
    file = tmp_path / "config.yaml"
    file.write_text((REPO / "config.yaml").read_text().replace('password: "" ', "password: [hunter2] "))
    with pytest.raises(ConfigError) as error:
        load(file)
    assert "accounts.email.password" in str(error.value)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("folder", ["", ".", "..", "/", "~", str(REPO)])
def test_the_state_has_a_folder_of_its_own(monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    assert f"state_dir is {folder!r}: expected a folder of its own" in wrong(monkeypatch, STATE_DIR=folder)


def test_a_folder_of_the_user_may_be_written_with_a_tilde(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("MICROSERVO_STATE_DIR", "~/servo")
    assert load().state == tmp_path / "servo"


def numbers(model: Any, path: tuple[str, ...] = ()) -> dict[str, tuple[float | None, float | None]]:
    """(lowest, highest) of all settings that have bounds."""
    found = {}
    for name, field in model.model_fields.items():
        if hasattr(field.annotation, "model_fields"):
            found |= numbers(field.annotation, (*path, name))
            continue
        low = [getattr(each, "ge", getattr(each, "gt", None)) for each in field.metadata]
        high = [getattr(each, "le", None) for each in field.metadata]
        lengths = [each for each in field.metadata if isinstance(each, annotated_types.MaxLen)]
        if any(bound is not None for bound in (*low, *high)):
            found[".".join((*path, name))] = (_first(low), _first(high))
        elif lengths and not any(hasattr(each, "pattern") for each in field.metadata):
            found[".".join((*path, name))] = (1, lengths[0].max_length)
    return found


def _first(values: list[Any]) -> float | None:
    return next((value for value in values if value is not None), None)


def stated() -> dict[str, tuple[float | None, float | None]]:
    """Those of config.yaml's comments, beside the setting or above it."""
    found, section, waiting = {}, [], None
    for line in (REPO / "config.yaml").read_text(encoding="utf-8").splitlines():
        bound = BOUND.search(line)
        match = re.match(r"( *)(\w+):(.*)", line)
        if not match:
            waiting = bound or (waiting if line.strip().startswith("#") else None)
            continue
        section = [*section[: len(match[1]) // 2], match[2]]
        bound = bound or waiting
        waiting = None
        if bound:
            high = float(bound[3]) if bound[3].replace(".", "").isdigit() else None
            found[".".join(section)] = (float(bound[2]), high)
    return found


def test_config_yaml_states_the_bounds_that_are_checked() -> None:
    checked = {
        key: tuple(None if bound is None else float(bound) for bound in bounds)
        for key, bounds in numbers(Config).items()
    }
    assert stated() == checked


def test_what_is_checked_is_what_the_readme_says() -> None:
    from cli.checks import limits
    from local_cluster.ports import needed
    from local_cluster.topology import USUAL_LAST_PORT, read_services

    text = (REPO / "README.md").read_text(encoding="utf-8")
    count = needed(read_services(REPO / "helm-chart" / "values.yaml"))
    assert f"{count} free ones from 21000 upwards" in text
    assert f"1024 to {USUAL_LAST_PORT - count + 1}" in text
    assert f"upwards, {count} of them" in (REPO / "config.yaml").read_text(encoding="utf-8")
    assert f"{limits.LEAST_FILES} open files" in text
    assert f"{limits.LEAST_PROCESSES} more processes" in text
    assert f"{limits.WATCHES} inotify instances" in text
    assert f"{limits.LEAST_ROOM // 1_000_000} MB in the state folder" in text


def test_the_own_address_is_always_allowed() -> None:
    from django.conf import settings

    assert "127.0.0.1" in settings.ALLOWED_HOSTS
    assert module.config().web.host == "127.0.0.1"
