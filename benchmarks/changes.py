"""What polling costs: CPU of one `GET /changes` that is answered 304, and of 20 open tabs.

Each call goes through all of Django: sign-in by session cookie, role, one query, against a database of its own. The
baseline of the same run is `GET /api/v1/health`, the cheapest thing that the platform answers.

    .venv/bin/python benchmarks/changes.py [--calls 2000] [--tabs 20] [--every 2]
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPO / "platform_backend"))
BUDGET_MS = 3.0
BUDGET_CORE = 5.0  # percent
WARM_UP = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--tabs", type=int, default=20)
    parser.add_argument("--every", type=float, default=2.0, help="seconds between two questions of one tab")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as state:
        os.environ["MICROSERVO_STATE_DIR"] = state
        os.environ["DJANGO_SETTINGS_MODULE"] = "platform_backend.settings"
        poll, health = _calls()
        health_ms, poll_ms = _cpu_ms(health, options.calls), _cpu_ms(poll, options.calls)
    core = poll_ms / 10 * options.tabs / options.every
    print(f"health    {health_ms:6.2f} ms of CPU a call")
    print(f"changes   {poll_ms:6.2f} ms of CPU a call, {poll_ms / health_ms:.1f} x health (bar: {BUDGET_MS:g} ms)")
    print(f"{options.tabs} tabs, each every {options.every:g} s: {core:.1f} % of a core (bar: {BUDGET_CORE:g} %)")
    sys.exit(poll_ms > BUDGET_MS or core > BUDGET_CORE)


def _calls() -> tuple[Callable[[], None], Callable[[], None]]:
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client

    call_command("migrate", verbosity=0)
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.create_user("ada"), backend="django.contrib.auth.backends.ModelBackend")
    etag = client.get("/api/v1/changes").headers["ETag"]

    def poll() -> None:
        assert client.get("/api/v1/changes", headers={"If-None-Match": etag}).status_code == 304

    def health() -> None:
        assert client.get("/api/v1/health").status_code == 200

    return poll, health


def _cpu_ms(call: Callable[[], None], times: int) -> float:
    for _ in range(WARM_UP):
        call()
    before = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - before) * 1000 / times


if __name__ == "__main__":
    main()
