"""What a running build tells the database, and hears from it."""

import time
from typing import Final
from uuid import UUID

from django.utils import timezone

from datasets.models import Dataset, State

INTERVAL_S: Final = 0.5


class Cancelled(Exception):
    """Someone asked for the end of this build."""


class Watch:
    """The Progress of one build: saves rows, bytes and heartbeat twice a second; raises Cancelled."""

    def __init__(self, dataset_id: UUID) -> None:
        self._dataset = Dataset.objects.filter(pk=dataset_id, state=State.BUILDING)
        self._rows = 0
        self._written = 0
        self._saved = float("-inf")

    def __call__(self, *, rows: int = 0, written: int = 0) -> None:
        self._rows += rows
        self._written += written
        if time.monotonic() - self._saved >= INTERVAL_S:
            self.save()

    def restart(self) -> None:
        self._rows = self._written = 0
        self.save()

    def save(self) -> None:
        self._saved = time.monotonic()
        self._dataset.update(rows_done=self._rows, bytes_written=self._written, heartbeat=timezone.now())
        if not self._dataset.filter(cancel_requested=False).exists():
            raise Cancelled
