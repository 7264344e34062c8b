"""Writes to the system under test."""

from django.contrib.auth.models import User
from django.db import transaction

from accounts.audit import audit
from systems import adapters
from systems.ports import LoadShape
from systems.selectors import LOAD_SET


def pod_recreate(*, pod: str, by: User | None) -> None:
    """Have a pod made anew. Raises UserError for one that there is not, or that has a fault."""
    adapters.system_driver().recreate(pod)
    with transaction.atomic():
        audit("system.pod_recreate", pod, by)


def load_set(*, rate: float, by: User | None, shape: LoadShape | None = None) -> float:
    """Set the requests per second of the load generator, and how they move; it takes them up while it runs."""
    driver = adapters.system_driver()
    driver.set_load(rate, shape)
    with transaction.atomic():
        audit(LOAD_SET, "load", by, rate=rate, **({"profile": shape.profile} if shape else {}))
    return driver.load()
