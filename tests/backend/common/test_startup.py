"""Secrets, database settings, and sending work to a broker that is not there."""

import os
import re
import stat
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from common.background import enqueue
from platform_backend.config import REPO, ConfigError, config
from platform_backend.database import database, require_driver
from platform_backend.secrets import secret


def test_secret_is_made_once_however_many_ask(tmp_path: Path) -> None:
    path, numbers = tmp_path / "secrets" / "key", count()
    with ThreadPoolExecutor(16) as pool:
        values = set(pool.map(lambda _: secret(path, lambda: f"value {next(numbers)}"), range(64)))
    assert values == {path.read_text().strip()}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["key"]


def test_key_is_not_in_the_repository() -> None:
    path = settings.SECRETS_DIR / "django_key"
    assert path.read_text().strip() == settings.SECRET_KEY
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.is_relative_to(REPO)


@pytest.mark.skipif(bool(config().database_url), reason="about SQLite; another database is set")
@pytest.mark.django_db(transaction=True)
def test_sqlite_is_in_wal_mode_and_locks_at_begin(tmp_path: Path) -> None:
    options = database(config())["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert connection.settings_dict["OPTIONS"] == options
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert cursor.execute("PRAGMA synchronous").fetchone() == (1,)


def test_mysql_url() -> None:
    settings_of = database(config().model_copy(update={"database_url": "mysql://ms:p%40ss@db:3307/servo"}))
    wanted = {"NAME": "servo", "USER": "ms", "PASSWORD": "p@ss", "HOST": "db", "PORT": "3307"}
    assert {key: settings_of[key] for key in wanted} == wanted


def test_mysql_url_of_a_socket() -> None:
    url = "mysql://root@/servo?unix_socket=/run/mysqld/mysqld.sock"
    settings_of = database(config().model_copy(update={"database_url": url}))
    assert (settings_of["HOST"], settings_of["NAME"], settings_of["USER"]) == (
        "/run/mysqld/mysqld.sock",
        "servo",
        "root",
    )
    assert "PORT" not in settings_of


@pytest.mark.parametrize(
    "url",
    [
        "mysql://", "mysql://db", "postgres://a/b", "nonsense", "mysql:///servo", "mysql://db:x/servo",
        "mysql://db/servo?charset=latin1", "mysql://db/servo?unix_socket=/s", "mysql://db/servo?unix_socket",
    ],
)  # fmt: skip
def test_wrong_database_url_names_the_setting(url: str) -> None:
    with pytest.raises(ConfigError, match="'database_url'"):
        database(config().model_copy(update={"database_url": url}))


def test_a_database_without_its_driver_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform_backend.database.find_spec", lambda name: None)
    require_driver(config().model_copy(update={"database_url": ""}))
    with pytest.raises(ConfigError, match=r"'database_url'.*pip install .*requirements-mysql\.lock.*libmariadb-dev"):
        require_driver(config().model_copy(update={"database_url": "mysql://db/servo"}))


def test_the_lock_of_the_driver_is_that_of_the_extra() -> None:
    backend = REPO / "platform_backend"
    extra = tomllib.loads((backend / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    locked = re.findall(r"^([a-z0-9-]+)==", (backend / "requirements-mysql.lock").read_text(encoding="utf-8"), re.M)
    assert locked == extra["mysql"]


def test_wrong_setting_ends_django_with_one_line(tmp_path: Path) -> None:
    environment = {**os.environ, "MICROSERVO_WEB__PORT": "x", "MICROSERVO_STATE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, REPO / "platform_backend" / "manage.py", "check"],
        env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "web.port" in done.stderr.lower() or "WEB__PORT" in done.stderr


@pytest.mark.django_db(transaction=True)
def test_broker_out_of_reach_does_not_fail_the_request(caplog: pytest.LogCaptureFixture) -> None:
    assert not config().broker_socket.exists()
    with transaction.atomic():
        enqueue("faults.tasks.advance_injection", "x")
    assert "broker out of reach" in caplog.text
