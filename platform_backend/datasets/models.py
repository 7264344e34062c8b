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
    DELETING = "deleting"  # asked for while somebody reads it; its files go with the last reader


class Origin(models.TextChoices):
    BUILT = "built"
    IMPORTED = "imported"


class Phase(models.TextChoices):
    """What an open build is at."""

    NONE = "", "none"
    WAITING = "waiting"  # for the window's last telemetry and effects
    WRITING = "writing"
    CHECKING = "checking"  # what was uploaded


STATES: Final = StateMachine(
    name="dataset",
    moves={
        State.QUEUED: frozenset({State.BUILDING, State.CANCELLED}),
        State.BUILDING: frozenset({State.READY, State.FAILED, State.CANCELLED}),
        State.READY: frozenset({State.DELETING}),
        State.FAILED: frozenset(),
        State.CANCELLED: frozenset(),
        State.DELETING: frozenset(),
    },
)
AT_WORK: Final = (State.QUEUED, State.BUILDING)
STORED: Final = (State.READY, State.DELETING)


class Dataset(models.Model):
    """Immutable once ready. Its files lie in `storage.Store` under its id."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=100)
    notes = models.TextField(blank=True)  # its owner's words, which may change
    campaign = models.UUIDField(null=True)  # whose time it was built of
    format = models.CharField(max_length=20)
    knobs: "models.JSONField[Any]" = models.JSONField(default=dict)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.BUILT)
    keep = models.BooleanField(default=False)  # never deleted because of its age
    # UTC microseconds; the end is not part of it. Of an import they are known once it is checked.
    window_start = models.BigIntegerField(null=True)
    window_end = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    cancel_requested = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)  # builds begun; more than one after a worker died
    heartbeat = models.DateTimeField(auto_now_add=True)  # of the builder; while queued, of the last message
    phase = models.CharField(max_length=10, choices=Phase.choices, default=Phase.NONE, blank=True)
    rows_done = models.BigIntegerField(default=0)
    rows_total = models.BigIntegerField(default=0)
    bytes_written = models.BigIntegerField(default=0)
    seconds_left = models.FloatField(null=True)
    size = models.BigIntegerField(null=True)  # of the zip, bytes
    digest = models.CharField(max_length=80, blank=True)
    counts: "models.JSONField[Any]" = models.JSONField(default=dict)  # rows by table, rows by metric, faults by kind
    error = models.TextField(blank=True)
    warnings: "models.JSONField[Any]" = models.JSONField(default=list)  # of an import: what to be careful with
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=("state", "heartbeat")), models.Index(fields=("created_by", "state")))

    def __str__(self) -> str:
        return str(self.id)

    @property
    def window(self) -> Window:
        """Of a build, which always has one."""
        return Window(self.window_start or 0, self.window_end or 0)

    @property
    def is_over(self) -> bool:
        """No build or import is at work on it, or will be."""
        return self.state not in AT_WORK
