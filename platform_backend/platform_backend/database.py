"""Django's database settings: SQLite in the state folder, or MariaDB/MySQL by URL."""

from importlib.util import find_spec
from typing import Any, Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from platform_backend.config import Config, ConfigError

# WAL lets readers go on while one writes; NORMAL may lose the last commits at a power cut, never the database.
SQLITE_PRAGMAS: Final = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
BUSY_TIMEOUT_S: Final = 20  # the longest wait for another's transaction
ANSWER_TIMEOUT_S: Final = 120
MYSQL_SESSION: Final = (
    f"SET SESSION innodb_lock_wait_timeout = {BUSY_TIMEOUT_S}, "
    "sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"
)
LOCK: Final = "platform_backend/requirements-mysql.lock"
INSTALL: Final = f".venv/bin/python -m pip install --require-hashes --no-deps -r {LOCK}"
EXPECTED: Final = (
    "setting 'database_url': expected mysql://user:password@host:3306/name, or "
    "mysql://user:password@/name?unix_socket=/path, or nothing for SQLite"
)


def database(config: Config) -> dict[str, Any]:
    return _mysql(config.database_url) if config.database_url else _sqlite(config)


def require_driver(config: Config) -> None:
    """Raises ConfigError that says how to install what the database needs."""
    if config.database_url and find_spec("MySQLdb") is None:
        raise ConfigError(
            f"setting 'database_url': MariaDB and MySQL need mysqlclient; install it with: {INSTALL} "
            "(it is compiled: on Debian it needs libmariadb-dev, pkg-config, gcc and python3-dev)"
        )


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
    return {
        "ENGINE": "platform_backend.mysql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        **_address(parts),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "charset": "utf8mb4",
            "connect_timeout": 10,
            "read_timeout": ANSWER_TIMEOUT_S,
            "write_timeout": ANSWER_TIMEOUT_S,
            "isolation_level": "read committed",
            "init_command": MYSQL_SESSION,
        },
        "TEST": {"CHARSET": "utf8mb4"},
    }


def _address(parts: SplitResult) -> dict[str, str]:
    """Host and port, or the path of a socket. Raises ConfigError."""
    try:
        options = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
        port = parts.port or 3306
    except ValueError:
        raise ConfigError(EXPECTED) from None
    [socket] = options.pop("unix_socket", [""])
    if parts.scheme != "mysql" or not parts.path.strip("/") or options or bool(parts.hostname) == bool(socket):
        raise ConfigError(EXPECTED)
    return {"HOST": socket} if socket else {"HOST": parts.hostname or "", "PORT": str(port)}
