"""What is about MariaDB alone: refused databases, and two transactions that wait for each other."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections

from common.transactions import atomic
from platform_backend.config import REPO, config

pytestmark = [
    pytest.mark.skipif(
        not config().database_url, reason="needs MariaDB; .ci/run runs it, as does tests/servers/mariadb.sh"
    ),
    pytest.mark.django_db(transaction=True),
]
NAME = "ms_other"


def execute(statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements.split(";"):
            if statement.strip():
                cursor.execute(statement)


def value_of(query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


@pytest.fixture
def latin(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a platform whose database was made without a word about its character set."""
    execute(f"CREATE DATABASE {NAME} CHARACTER SET latin1")
    url = config().database_url.replace("/microservo?", f"/{NAME}?")
    yield os.environ | {"MICROSERVO_DATABASE_URL": url, "MICROSERVO_STATE_DIR": str(tmp_path)}
    execute(f"DROP DATABASE IF EXISTS {NAME}")


def manage(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    manage_py = str(REPO / "platform_backend" / "manage.py")
    return subprocess.run(
        [sys.executable, manage_py, *command], env=environment, capture_output=True, text=True, timeout=120
    )


def remedy(done: subprocess.CompletedProcess[str]) -> str:
    """The statements that a refusal names."""
    assert done.returncode, done.stdout
    return done.stderr.split("Run in the database: ")[1].splitlines()[0]


def test_a_database_that_can_not_hold_every_text_is_refused_with_its_remedy(latin: dict[str, str]) -> None:
    tables = f"SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '{NAME}'"
    statement = remedy(manage(latin, "migrate"))
    assert statement == f"ALTER DATABASE `{NAME}` CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;"
    assert value_of(tables) == 0
    execute(statement)
    assert manage(latin, "migrate", "--verbosity=0").returncode == 0
    execute(f"ALTER TABLE {NAME}.auth_user CONVERT TO CHARACTER SET latin1")
    execute(f"ALTER TABLE {NAME}.faults_label CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")
    statements = remedy(manage(latin, "migrate"))
    assert statements.count("CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;") == 2
    execute(f"USE {NAME}; {statements} USE {connection.settings_dict['NAME']}")
    assert manage(latin, "migrate", "--check").returncode == 0


def test_up_says_what_is_wrong_with_the_database(latin: dict[str, str]) -> None:
    latin |= {"PYTHONPATH": str(REPO / "platform_backend")}
    command = [sys.executable, "-m", "cli.prepare", "database"]
    refused = subprocess.run(command, env=latin, capture_output=True, text=True, timeout=120)
    assert "ALTER DATABASE" in remedy(refused)
    execute(f"DROP DATABASE {NAME}")
    absent = subprocess.run(command, env=latin, capture_output=True, text=True, timeout=120)
    assert absent.returncode == 1
    assert absent.stderr == (
        f"the database: Unknown database '{NAME}'; make it with: CREATE DATABASE {NAME} CHARACTER SET utf8mb4;\n"
    )


def test_the_session_is_as_we_want_it() -> None:
    assert value_of("SELECT @@SESSION.tx_isolation") == "READ-COMMITTED"
    assert value_of("SELECT @@SESSION.innodb_lock_wait_timeout") == 20
    assert "STRICT_TRANS_TABLES" in str(value_of("SELECT @@SESSION.sql_mode"))


def test_every_table_compares_texts_as_sqlite_does() -> None:
    """Whatever the database's default is: the server of these tests has latin1."""
    query = "SELECT GROUP_CONCAT(DISTINCT table_collation) FROM information_schema.tables WHERE table_schema=DATABASE()"
    assert value_of(query) == "utf8mb4_nopad_bin"


def test_two_transactions_that_wait_for_each_other_both_come_through() -> None:
    """Each takes one row, waits until the other has taken the other one, and then wants that."""
    names = ("ada", "bob")
    rows = {name: User.objects.create(username=name).pk for name in names}
    both_have_one = Barrier(2, timeout=60)
    begun = []

    @atomic
    def write(first: str, second: str) -> None:
        begun.append(first)
        User.objects.filter(pk=rows[first]).update(first_name=f"by {first}")
        if len(begun) <= 2:
            both_have_one.wait()
        User.objects.filter(pk=rows[second]).update(last_name=f"by {first}")

    def run(first: str, second: str) -> None:
        try:
            write(first, second)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=each) for each in (names, names[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(begun) == 3
    written = {row.username: (row.first_name, row.last_name) for row in User.objects.all()}
    assert written == {"ada": ("by ada", "by bob"), "bob": ("by bob", "by ada")}
