"""What the environments of the controller's children have."""

import os
from typing import Final

# Of the collector: the token that senders of spans must have. Arguments are seen by every user, environments are not.
TOKEN_VARIABLE: Final = "COLLECTOR_TOKEN"  # noqa: S105  the name of a variable
# By which requests carry the token of the instance, as the shop's shoplib/callers.py has it.
CALLER_HEADER: Final = "x-caller-token"
# What those inherit all the same that are given an environment of their own. The last one marks each process of a
# running copy of the platform, so that `microservo down` finds it whatever has died around it.
INHERITED: Final = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "MICROSERVO_INSTANCE")


def inherited() -> dict[str, str]:
    return {key: os.environ[key] for key in INHERITED if key in os.environ}
