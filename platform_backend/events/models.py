"""An event: what was asked for, and what was measured of it."""

import uuid
from typing import Any, Final

from django.conf import settings
from django.db import models

from common.state_machine import StateMachine


class State(models.TextChoices):
    PLANNED = "planned"
    RUNNING = "running"
    ENDED = "ended"
    FAILED = "failed"


EVENTS: Final[StateMachine[State]] = StateMachine(
    "event",
    {
        State.PLANNED: frozenset({State.RUNNING, State.ENDED, State.FAILED}),
        State.RUNNING: frozenset({State.ENDED, State.FAILED}),
        State.ENDED: frozenset(),
        State.FAILED: frozenset(),
    },
)


class Event(models.Model):
    """Times are measured, in UTC microseconds; null while it has not begun or not ended."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    service = models.CharField(max_length=253)
    parameters: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    duration_s = models.FloatField(default=0.0)  # of kinds that last
    campaign_step = models.UUIDField(null=True, unique=True)  # a step of a campaign has one event
    state = models.CharField(max_length=8, choices=State.choices, default=State.PLANNED, db_index=True)
    stop_requested = models.BooleanField(default=False)
    start = models.BigIntegerField(null=True, db_index=True)
    end = models.BigIntegerField(null=True, db_index=True)
    end_reason = models.CharField(max_length=40, blank=True, default="")
    error = models.TextField(blank=True, default="")
    detail: "models.JSONField[Any, Any]" = models.JSONField(default=dict)  # what it did, in numbers
    pods: "models.JSONField[Any, Any]" = models.JSONField(default=list)  # each with pod, start, end
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def is_open(self) -> bool:
        return not EVENTS.is_final(State(self.state))
