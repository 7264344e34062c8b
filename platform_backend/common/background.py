"""Background work that starts when the transaction has been written."""

import logging
from functools import partial
from typing import Any

from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def enqueue(task: Any, *args: Any) -> None:
    """Send the task at commit. A broker out of reach is logged only: what beat finds open it starts anyway."""
    transaction.on_commit(partial(_send, task, args))


def _send(task: Any, args: tuple[Any, ...]) -> None:
    try:
        task.apply_async(args=args)
    except OperationalError as error:
        logger.warning("broker out of reach, %s%s is left to the next scheduled look: %s", task.name, args, error)
