"""Django's command line."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_backend.settings")
    from django.core.management import execute_from_command_line

    from platform_backend.private import become_private

    become_private()

    execute_from_command_line(sys.argv)
