"""What `up` makes ready: all that it prints is the link, for that is what `up` shows."""

import os
import re
import subprocess
import sys
from pathlib import Path

from platform_backend.config import REPO


def test_the_link_is_all_that_is_printed(tmp_path: Path) -> None:
    settings = {"MICROSERVO_STATE_DIR": str(tmp_path / "state"), "PYTHONPATH": str(REPO / "platform_backend")}
    command = [sys.executable, "-m", "cli.prepare", "database", "token", "link"]
    for _ in range(2):  # the second time there is nothing left to make
        done = subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        assert re.fullmatch(r"\S*/signin\?sesame=\S+\n", done.stdout), done.stdout
