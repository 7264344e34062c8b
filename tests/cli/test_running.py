"""A command finds the copy that runs, whatever it is set to itself."""

from pathlib import Path

import pytest

from cli.lifecycle import child_environment, shop_url, web_url
from cli.running import as_running, forget, remember
from platform_backend.config import Config, load


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Config:
    """The settings with which the copy was started."""
    for name, value in {"STATE_DIR": str(tmp_path), "WEB__PORT": "8100", "SHOP__PORT": "8180"}.items():
        monkeypatch.setenv(f"MICROSERVO_{name}", value)
    settings = load()
    settings.run_dir.mkdir()
    return settings


def test_addresses_are_those_of_the_running_copy(started: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(started)
    assert as_running(started) == started
    for name in ("WEB__PORT", "SHOP__PORT"):
        monkeypatch.delenv(f"MICROSERVO_{name}")
    now = load()
    assert now.web.port == 8000
    assert (web_url(now), shop_url(now)) == ("http://127.0.0.1:8100", "http://127.0.0.1:8180")
    assert as_running(now) != now
    assert child_environment(now)["MICROSERVO_WEB__PORT"] == "8100"  # so the sign-in link is right too

    forget(now.run_dir)
    assert as_running(now) == now
    assert web_url(now) == "http://127.0.0.1:8000"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"web": 1, "shop": {}}'])
def test_a_file_that_says_nothing_changes_nothing(started: Config, content: str) -> None:
    (started.run_dir / "addresses.json").write_text(content)
    assert as_running(started) == started
