"""Settings of every test: a state folder of its own, never var/. Runs before Django reads its settings."""

import atexit
import os
import shutil
import tempfile

STATE = tempfile.mkdtemp(prefix="ms-test-")
atexit.register(shutil.rmtree, STATE, ignore_errors=True)
os.environ["MICROSERVO_STATE_DIR"] = STATE
