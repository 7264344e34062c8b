"""Django's database settings: SQLite in the state folder, or MySQL/MariaDB by URL."""

from typing import Any, Final
from urllib.parse import unquote, urlsplit

from platform_backend.config import Config, ConfigError

# WAL lets readers go on while one writes; NORMAL may lose the last commits at a power cut, never the database.
SQLITE_PRAGMAS: Final = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
BUSY_TIMEOUT_S: Final = 20


def database(config: Config) -> dict[str, Any]:
    return _mysql(config.database_url) if config.database_url else _sqlite(config)


def _sqlite(config: Config) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": config.state / "microservo.sqlite3",
        "OPTIONS": {
            # A transaction takes the write lock at its begin: what it read can't be outdated when it writes.
            "transaction_mode": "IMMEDIATE",
            "timeout": BUSY_TIMEOUT_S,
            "init_command": SQLITE_PRAGMAS,
        },
        "TEST": {"NAME": config.state / "test.sqlite3"},  # in memory neither WAL nor locks would be tested
    }


def _mysql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme != "mysql" or not parts.hostname or not parts.path.strip("/"):
        raise ConfigError(
            "setting 'database_url': expected mysql://user:password@host:3306/name, or nothing for SQLite"
        )
    return {
        "ENGINE": "django.db.backends.mysql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname,
        "PORT": str(parts.port or 3306),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"charset": "utf8mb4", "connect_timeout": 10, "isolation_level": "read committed"},
    }
