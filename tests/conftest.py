"""Settings of every test: a state folder of its own, never var/.

Django is set up here and not by pytest-django's own setting, which would read config.yaml before this file is run.
"""

import atexit
import os
import shutil
import tempfile

import django

STATE = tempfile.mkdtemp(prefix="ms-test-")
atexit.register(shutil.rmtree, STATE, ignore_errors=True)
os.environ["MICROSERVO_STATE_DIR"] = STATE
os.environ["DJANGO_SETTINGS_MODULE"] = "platform_backend.settings"
django.setup()
