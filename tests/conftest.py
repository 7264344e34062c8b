"""Settings of every test: a state folder of its own, never var/.

Django is set up here and not by pytest-django's own setting, which would read config.yaml before this file is run.
"""

import atexit
import os
import shutil
import signal
import tempfile

import django
import pytest
from hypothesis import settings

STATE = tempfile.mkdtemp(prefix="ms-test-")
atexit.register(shutil.rmtree, STATE, ignore_errors=True)
os.environ["MICROSERVO_STATE_DIR"] = STATE
os.environ["MICROSERVO_WEB__DASHBOARD"] = "false"  # `up` builds it in the tests that are about it
os.environ["DJANGO_SETTINGS_MODULE"] = "platform_backend.settings"
django.setup()
# How long an example takes says how busy the machine is.
settings.register_profile("ours", deadline=None)
settings.load_profile("ours")


# Told to end, as by a limit of time, it ends as by Ctrl-C: fixtures stop the platforms and servers that they started.
signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database-only", action="store_true", help="only the tests that use the database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What no database is asked for runs on one of them alone."""
    if not config.getoption("--database-only"):
        return
    chosen = [item for item in items if _uses_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if not _uses_database(item)])
    items[:] = chosen


def _uses_database(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or not {"db", "transactional_db"}.isdisjoint(fixtures)
