"""Behind a proxy that speaks https: cookies, the origin of writes and links are those of the public address."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from platform_backend.config import REPO

ASK = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "platform_backend.settings"
import django
django.setup()
from django.conf import settings
from accounts.mail import address_of
print(json.dumps({
    "secure": [settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE],
    "origins": settings.CSRF_TRUSTED_ORIGINS, "hosts": settings.ALLOWED_HOSTS, "link": address_of("/reset"),
}))
"""


def told(state: Path, **variables: str) -> Any:
    environment = {**os.environ, "MICROSERVO_STATE_DIR": str(state), **variables}
    path = str(REPO / "platform_backend")
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, cwd=path, capture_output=True, text=True, timeout=60, check=False
    )
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr


def test_by_itself_it_is_plain_http_on_this_machine(tmp_path: Path) -> None:
    found = told(tmp_path, MICROSERVO_WEB__PORT="8123")
    assert (found["secure"], found["origins"], found["link"]) == ([False, False], [], "http://127.0.0.1:8123/reset")


def test_a_public_address_is_where_browsers_are(tmp_path: Path) -> None:
    found = told(tmp_path, MICROSERVO_WEB__PUBLIC_URL="https://servo.example.org")
    assert found["secure"] == [True, True]
    assert found["origins"] == ["https://servo.example.org"]
    assert "servo.example.org" in found["hosts"]
    assert found["link"] == "https://servo.example.org/reset"


def test_an_address_that_is_none_is_refused(tmp_path: Path) -> None:
    assert "MICROSERVO_WEB__PUBLIC_URL" in told(tmp_path, MICROSERVO_WEB__PUBLIC_URL="servo.example.org/x")
