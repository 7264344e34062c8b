"""An injection, the pods it is for, and the labels that say what it did to them."""

import uuid
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import models

from common.state_machine import StateMachine


class State(models.TextChoices):
    PLANNED = "planned"
    APPLYING = "applying"
    ACTIVE = "active"
    RECOVERING = "recovering"
    RECOVERED = "recovered"
    FAILED = "failed"


LIFECYCLE: Final[StateMachine[State]] = StateMachine(
    "injection",
    {
        State.PLANNED: frozenset({State.APPLYING, State.RECOVERED, State.FAILED}),
        State.APPLYING: frozenset({State.ACTIVE, State.RECOVERING, State.FAILED}),
        State.ACTIVE: frozenset({State.RECOVERING, State.FAILED}),
        State.RECOVERING: frozenset({State.RECOVERED, State.FAILED}),
        State.RECOVERED: frozenset(),
        State.FAILED: frozenset(),
    },
)


class Injection(models.Model):
    """One fault on named pods. `error` says why it failed, or which pods it missed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    parameters: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    requested: "models.JSONField[Any, Any]" = models.JSONField(default=dict)  # targets as asked for: services, pods
    duration_s = models.FloatField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.PLANNED, db_index=True)
    stop_requested = models.BooleanField(default=False)
    error = models.TextField(blank=True, default="")
    attempts = models.PositiveIntegerField(default=0)  # in vain, one after another, since the driver last answered
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    requested_at = models.DateTimeField(db_index=True)
    deadline = models.DateTimeField()  # when it has to be over: from the moment it is applied
    started_at = models.DateTimeField(null=True)  # measured: first pod
    ended_at = models.DateTimeField(null=True)  # measured: last pod; of a failure, when it was noticed

    class Meta:
        ordering = ("-requested_at",)

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def is_open(self) -> bool:
        return not LIFECYCLE.is_final(State(self.state))

    def is_due(self, now: datetime) -> bool:
        return now >= self.deadline


class Target(models.Model):
    """A pod that the injection is for."""

    injection = models.ForeignKey(Injection, on_delete=models.CASCADE, related_name="targets")
    pod = models.CharField(max_length=253)
    service = models.CharField(max_length=253)
    # The pod's name while the injection is open, null afterwards: unique, so a pod has one fault at a time.
    occupied = models.CharField(max_length=253, null=True, unique=True)

    class Meta:
        ordering = ("pod",)
        constraints = [models.UniqueConstraint(fields=("injection", "pod"), name="target_once")]

    def __str__(self) -> str:
        return self.pod


class Label(models.Model):
    """The truth about one pod: measured times in UTC microseconds, never the planned ones."""

    injection = models.ForeignKey(Injection, on_delete=models.CASCADE, related_name="labels")
    pod = models.CharField(max_length=253)
    service = models.CharField(max_length=253)
    kind = models.CharField(max_length=40)
    start = models.BigIntegerField(db_index=True)
    end = models.BigIntegerField(null=True, db_index=True)  # null while it lasts, and when nobody knows
    end_reason = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        ordering = ("start", "pod")
        constraints = [models.UniqueConstraint(fields=("injection", "pod"), name="label_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pod} {self.start}-{self.end or ''}"
