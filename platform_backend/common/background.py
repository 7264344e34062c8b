"""Background work that starts when the transaction has been written.

Tasks are named, not imported: they call the services that send them.
"""

import logging
from functools import partial
from typing import Any

from django.db import transaction
from kombu.exceptions import OperationalError

from platform_backend.celery import app

logger = logging.getLogger(__name__)


def enqueue(task: str, *args: Any) -> None:
    """Send the task of this full name at commit.

    A broker out of reach is logged only: what beat finds open it starts anyway.
    """
    transaction.on_commit(partial(_send, task, args))


def _send(task: str, args: tuple[Any, ...]) -> None:
    try:
        app.send_task(task, args=args)
    except OperationalError as error:
        logger.warning("broker out of reach, %s%s is left to the next scheduled look: %s", task, args, error)
