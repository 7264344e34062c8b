"""An injection, the pods it is for, and the labels that say what it did to them."""

import uuid
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models

from common.state_machine import StateMachine


class State(models.TextChoices):
    PLANNED = "planned"
    APPLYING = "applying"
    ACTIVE = "active"
    RECOVERING = "recovering"
    RECOVERED = "recovered"
    RECOVERY_FAILED = "recovery_failed"  # the fault is gone, its effect is not
    FAILED = "failed"


LIFECYCLE: Final[StateMachine[State]] = StateMachine(
    "injection",
    {
        State.PLANNED: frozenset({State.APPLYING, State.RECOVERED, State.FAILED}),
        State.APPLYING: frozenset({State.ACTIVE, State.RECOVERING, State.FAILED}),
        State.ACTIVE: frozenset({State.RECOVERING, State.FAILED}),
        State.RECOVERING: frozenset({State.RECOVERED, State.RECOVERY_FAILED, State.FAILED}),
        State.RECOVERED: frozenset(),
        State.RECOVERY_FAILED: frozenset(),
        State.FAILED: frozenset(),
    },
)


class Recovery(models.TextChoices):
    """Whether the pods came back after the fault; empty while nobody has looked."""

    UNKNOWN = "", "unknown"
    VERIFIED = "verified"
    FAILED = "failed"


class Effect(models.TextChoices):
    """Whether the telemetry shows the fault on the pod."""

    UNKNOWN = "unknown"
    CONFIRMED = "confirmed"
    ABSENT = "absent"


class ExperimentState(models.TextChoices):
    SCHEDULED = "scheduled"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"


EXPERIMENTS: Final[StateMachine[ExperimentState]] = StateMachine(
    "experiment",
    {
        ExperimentState.SCHEDULED: frozenset(
            {ExperimentState.PAUSED, ExperimentState.STOPPED, ExperimentState.FINISHED}
        ),
        ExperimentState.PAUSED: frozenset({ExperimentState.SCHEDULED, ExperimentState.STOPPED}),
        ExperimentState.STOPPED: frozenset(),
        ExperimentState.FINISHED: frozenset(),
    },
)


class Experiment(models.Model):
    """A fault to inject now, at a time, or by cron. Its injections are its history."""

    class Schedule(models.TextChoices):
        NOW = "now"
        AT = "at"
        CRON = "cron"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=40)
    parameters: "models.JSONField[Any, Any]" = models.JSONField(default=dict)  # as asked for, without defaults
    requested: "models.JSONField[Any, Any]" = models.JSONField(default=dict)  # targets as asked for: services, pods
    duration_s = models.FloatField()
    allow_last_replica = models.BooleanField(default=False)
    schedule = models.CharField(max_length=4, choices=Schedule.choices)
    cron = models.CharField(max_length=100, blank=True, default="")  # five fields
    time_zone = models.CharField(max_length=64, default="UTC")  # in which cron is meant
    state = models.CharField(
        max_length=12, choices=ExperimentState.choices, default=ExperimentState.SCHEDULED, db_index=True
    )
    next_at = models.DateTimeField(null=True, db_index=True)  # null: no occurrence will follow
    revision = models.PositiveIntegerField(default=1)  # counted up by each change of what was ordered
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.name} {self.id}"

    @property
    def is_over(self) -> bool:
        return EXPERIMENTS.is_final(ExperimentState(self.state))


class ExperimentVersion(models.Model):
    """What an experiment orders since its `revision`: as it was made, and after each change."""

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="versions")
    revision = models.PositiveIntegerField()
    content: "models.JSONField[Any, Any]" = models.JSONField()  # all that can be changed, see `experiments.content_of`
    changed: "models.JSONField[Any, Any]" = models.JSONField(default=list)  # names in content; empty: it was made
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-revision",)
        constraints = [models.UniqueConstraint(fields=("experiment", "revision"), name="experiment_version_once")]

    def __str__(self) -> str:
        return f"{self.experiment_id} {self.revision}"


class Injection(models.Model):
    """One fault on named pods. `error` says why it failed, or which pods it missed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    parameters: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    requested: "models.JSONField[Any, Any]" = models.JSONField(default=dict)  # targets as asked for: services, pods
    duration_s = models.FloatField()
    allow_last_replica = models.BooleanField(default=False)  # may take down a service's only ready pod
    experiment = models.ForeignKey(Experiment, null=True, on_delete=models.SET_NULL, related_name="injections")
    scheduled_for = models.DateTimeField(null=True)  # the experiment's occurrence
    campaign_step = models.UUIDField(null=True, unique=True)  # a step of a campaign injects once
    group = models.UUIDField(null=True, db_index=True)  # the same for those ordered as one: together, or a cascade
    after_s = models.FloatField(default=0.0)  # how long after the first of its group it was meant to begin
    state = models.CharField(max_length=16, choices=State.choices, default=State.PLANNED, db_index=True)
    stop_requested = models.BooleanField(default=False)
    unsettled = models.BooleanField(default=False, db_index=True)  # closed, and its true end is still to be asked for
    error = models.TextField(blank=True, default="")
    attempts = models.PositiveIntegerField(default=0)  # in vain, one after another, since the driver last answered
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    requested_at = models.DateTimeField(db_index=True)
    deadline = models.DateTimeField()  # when it has to be over: from the moment it is applied
    started_at = models.DateTimeField(null=True)  # measured: first pod
    ended_at = models.DateTimeField(null=True)  # measured: last pod; of a failure, when it was noticed

    recovery = models.CharField(max_length=8, choices=Recovery.choices, blank=True, default=Recovery.UNKNOWN)
    recovery_detail = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("-requested_at",)
        constraints = [
            models.UniqueConstraint(fields=("experiment", "scheduled_for"), name="injection_once_an_occurrence")
        ]

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
    effect = models.CharField(max_length=9, choices=Effect.choices, default=Effect.UNKNOWN)
    effect_checked = models.BooleanField(default=False, db_index=True)
    effect_looks = models.PositiveIntegerField(default=0)  # in vain, for want of telemetry
    # kpi, statistic, p_value, effect_size, before, during, test
    evidence: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    onset = models.BigIntegerField(null=True)  # first visible change

    class Meta:
        ordering = ("start", "pod")
        constraints = [models.UniqueConstraint(fields=("injection", "pod"), name="label_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pod} {self.start}-{self.end or ''}"


class Occurrence(models.Model):
    """One planned time of an experiment, and what came of it. Its row is the claim: made once, whoever is first."""

    class Outcome(models.TextChoices):
        PENDING = "pending"
        INJECTED = "injected"
        SKIPPED = "skipped"

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="occurrences")
    scheduled_for = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.PENDING, db_index=True)
    reason = models.TextField(blank=True, default="")  # why it was skipped
    injection = models.OneToOneField(Injection, null=True, on_delete=models.SET_NULL, related_name="occurrence")
    revision = models.PositiveIntegerField(default=1)  # of the experiment, by which it ran or was skipped

    class Meta:
        ordering = ("-scheduled_for",)
        constraints = [models.UniqueConstraint(fields=("experiment", "scheduled_for"), name="occurrence_once")]

    def __str__(self) -> str:
        return f"{self.experiment_id} {self.scheduled_for:%Y-%m-%dT%H:%M:%SZ} {self.outcome}"


class PodQuarantine(models.Model):
    """A time in which a pod that did not recover gets no fault: until someone clears it. Rows are kept as history."""

    pod = models.CharField(max_length=253, db_index=True)
    injection = models.ForeignKey(Injection, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.TextField()
    since = models.DateTimeField()
    recreated_at = models.DateTimeField(null=True)  # when the platform had it made anew
    recreated_from = models.BigIntegerField(null=True)  # the start of the process that was to be replaced
    cleared_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    cleared_at = models.DateTimeField(null=True)  # null: in quarantine
    # The pod's name while it is in quarantine, null afterwards: unique, so it is in quarantine once. By the database
    # itself, for MariaDB has no constraints with a condition.
    held = models.GeneratedField(
        expression=models.Case(models.When(cleared_at=None, then=models.F("pod")), default=None),
        output_field=models.CharField(max_length=253, null=True),
        db_persist=False,
    )

    class Meta:
        ordering = ("pod", "-since")
        constraints = [models.UniqueConstraint(fields=("held",), name="quarantine_held_once")]

    def __str__(self) -> str:
        return self.pod

    @property
    def owner(self) -> User | None:
        """Whose fault the pod did not recover from."""
        return self.injection.created_by if self.injection else None


class EmergencyStop(models.Model):
    """All faults were ended, and none may begin until it is released. The driver holds the same id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reason = models.TextField()
    by = models.CharField(max_length=150)  # a user, or who called from the command line while the platform was down
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(db_index=True)
    released_by = models.CharField(max_length=150, blank=True, default="")
    released_at = models.DateTimeField(null=True, db_index=True)  # null: in force

    class Meta:
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.by}: {self.reason}"
