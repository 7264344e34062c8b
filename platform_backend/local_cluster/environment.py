"""What children of the controller that are given an environment of their own inherit all the same."""

import os
from typing import Final

# The last one marks each process of a running copy of the platform, so that `microservo down` finds it whatever has
# died around it.
INHERITED: Final = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "MICROSERVO_INSTANCE")


def inherited() -> dict[str, str]:
    return {key: os.environ[key] for key in INHERITED if key in os.environ}
