"""Datasets: what was asked for, how far its build is, what came out."""

from typing import Any, Final
from uuid import uuid4

from django.conf import settings
from django.db import models

from common.state_machine import StateMachine
from telemetry.records import Window


class State(models.TextChoices):
    QUEUED = "queued"
    BUILDING = "building"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


STATES: Final = StateMachine(
    name="dataset",
    moves={
        State.QUEUED: frozenset({State.BUILDING, State.CANCELLED}),
        State.BUILDING: frozenset({State.READY, State.FAILED, State.CANCELLED}),
        State.READY: frozenset(),
        State.FAILED: frozenset(),
        State.CANCELLED: frozenset(),
    },
)


class Dataset(models.Model):
    """Immutable once ready. Its files lie in `storage.Store` under its id."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=100)
    format = models.CharField(max_length=20)
    window_start = models.BigIntegerField()  # UTC microseconds, as is the end; the end is not part of it
    window_end = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    cancel_requested = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)  # builds begun; more than one after a worker died
    heartbeat = models.DateTimeField(auto_now_add=True)  # of the builder; while queued, of the last message
    rows_done = models.BigIntegerField(default=0)
    rows_total = models.BigIntegerField(default=0)
    bytes_written = models.BigIntegerField(default=0)
    size = models.BigIntegerField(null=True)  # of the zip, bytes
    digest = models.CharField(max_length=80, blank=True)
    counts: "models.JSONField[Any]" = models.JSONField(default=dict)  # rows by table, and by metric
    error = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=("state", "heartbeat")),)

    def __str__(self) -> str:
        return str(self.id)

    @property
    def window(self) -> Window:
        return Window(self.window_start, self.window_end)

    @property
    def is_over(self) -> bool:
        return STATES.is_final(State(self.state))
