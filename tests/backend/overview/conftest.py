"""What the calendar shows is made as the tests of faults and campaigns make it."""

from tests.backend.campaigns.conftest import world
from tests.backend.faults.conftest import create

__all__ = ["create", "world"]
