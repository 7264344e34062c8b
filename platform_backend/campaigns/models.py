"""A campaign, its steps, and the states of both."""

import uuid
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import models

from campaigns.schema import CampaignFile
from common.state_machine import StateMachine


class State(models.TextChoices):
    PLANNED = "planned"
    RUNNING = "running"
    STOPPING = "stopping"  # ends its injection, waits until that is gone
    STOPPED = "stopped"  # a user wanted it
    COMPLETED = "completed"
    ABORTED = "aborted"  # a stop condition held, or all faults were stopped
    FAILED = "failed"  # the platform could not carry it out


_ENDS: Final = frozenset({State.STOPPED, State.ABORTED, State.FAILED})

CAMPAIGNS: Final[StateMachine[State]] = StateMachine(
    "campaign",
    {
        State.PLANNED: frozenset({State.RUNNING, State.STOPPING}),
        State.RUNNING: frozenset({State.STOPPING, State.COMPLETED}),
        State.STOPPING: _ENDS,
        State.STOPPED: frozenset(),
        State.COMPLETED: frozenset(),
        State.ABORTED: frozenset(),
        State.FAILED: frozenset(),
    },
)


class StepState(models.TextChoices):
    PENDING = "pending"  # its turn has not come, or it follows another of its group
    WAITING_STEADY = "waiting_steady"
    INJECTING = "injecting"
    RECOVERING = "recovering"  # and its effect is being checked
    COOLING = "cooling"
    DONE = "done"
    SKIPPED = "skipped"  # nothing was injected
    FAILED = "failed"  # the injection failed, or was ended early


class StepOutcome(models.TextChoices):
    """What a step that is over leaves for a dataset."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNUSABLE = "unusable"  # done, but something else was wrong meanwhile


_OUTCOMES: Final = frozenset({StepState.DONE, StepState.FAILED})

STEPS: Final[StateMachine[StepState]] = StateMachine(
    "campaign step",
    {
        StepState.PENDING: frozenset({StepState.WAITING_STEADY, StepState.INJECTING, StepState.SKIPPED}),
        StepState.WAITING_STEADY: frozenset({StepState.INJECTING, StepState.SKIPPED}),
        StepState.INJECTING: frozenset({StepState.WAITING_STEADY, StepState.RECOVERING, StepState.SKIPPED}) | _OUTCOMES,
        StepState.RECOVERING: frozenset({StepState.COOLING}) | _OUTCOMES,
        StepState.COOLING: _OUTCOMES,
        StepState.DONE: frozenset(),
        StepState.SKIPPED: frozenset(),
        StepState.FAILED: frozenset(),
    },
)


class Campaign(models.Model):
    """One run of a campaign file. `reason` says why it did not complete."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    seed = models.BigIntegerField()
    digest = models.CharField(max_length=80)
    content: "models.JSONField[Any, Any]" = models.JSONField()  # the file, defaults filled in
    text = models.TextField(blank=True, default="")  # the file as it was sent; empty: it was sent as JSON
    expected_s = models.FloatField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.PLANNED, db_index=True)
    ending = models.CharField(max_length=12, choices=State.choices, blank=True, default="")  # what stopping leads to
    reason = models.TextField(blank=True, default="")
    # "open" while the campaign is, null afterwards: unique, so there is one at a time.
    slot = models.CharField(max_length=4, null=True, unique=True)
    load_before = models.FloatField(null=True)  # requests per second; given back in the end
    quiet_until = models.DateTimeField(null=True)  # no step begins before: warm-up, also after an interruption
    attempts = models.PositiveIntegerField(default=0)  # looks in a row that an error ended
    looked_at = models.DateTimeField(null=True)  # by the runner; a gap tells of an interruption
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_index=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return f"{self.name} {self.id}"

    @property
    def is_open(self) -> bool:
        return not CAMPAIGNS.is_final(State(self.state))

    @cached_property
    def file(self) -> CampaignFile:
        return CampaignFile.model_validate(self.content)


class SavedCampaign(models.Model):
    """A campaign file that a user keeps on the platform; it need not be valid yet. Its text is that of its versions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    notes = models.TextField(blank=True, default="")
    version = models.PositiveIntegerField(default=1)  # the latest
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("-updated_at", "-id")

    def __str__(self) -> str:
        return self.name


class SavedVersion(models.Model):
    """The text of a saved campaign, comments and layout included, as somebody saved it."""

    saved = models.ForeignKey(SavedCampaign, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-version",)
        constraints = [models.UniqueConstraint(fields=("saved", "version"), name="saved_version_once")]

    def __str__(self) -> str:
        return f"{self.saved_id} {self.version}"


class Step(models.Model):
    """One injection or event of a campaign. Its id is its own; `plan_id` is the same in every run of the same plan."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="steps")
    index = models.PositiveIntegerField()
    group = models.PositiveIntegerField()  # those of one group are ordered as one
    after_s = models.FloatField(default=0.0)  # seconds after the first of its group took hold
    pause_s = models.FloatField(default=0.0)  # without faults before its group
    plan_id = models.UUIDField()
    is_event = models.BooleanField(default=False)  # what a healthy system goes through, and no fault
    fault = models.CharField(max_length=40)  # its kind, or that of the event
    service = models.CharField(max_length=253)
    pods = models.CharField(max_length=3)  # one or all
    draw = models.FloatField()
    parameters: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    duration_s = models.FloatField()
    allow_last_replica = models.BooleanField(default=False)
    repeat = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=16, choices=StepState.choices, default=StepState.PENDING)
    reason = models.TextField(blank=True, default="")
    injection = models.UUIDField(null=True)
    event = models.UUIDField(null=True)
    unusable = models.TextField(blank=True, default="")  # what else was wrong as it took hold: its case shows that too
    since = models.DateTimeField(null=True)  # in this state
    wait_until = models.DateTimeField(null=True)  # for a steady state; afterwards it is skipped
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("campaign", "index")
        constraints = [models.UniqueConstraint(fields=("campaign", "index"), name="campaign_step_once")]

    def __str__(self) -> str:
        return f"{self.index}: {self.fault} on {self.service}"

    @property
    def is_open(self) -> bool:
        return not STEPS.is_final(StepState(self.state))

    @property
    def after(self) -> float:
        return self.after_s

    @property
    def duration(self) -> float:
        return self.duration_s

    @property
    def group_id(self) -> UUID | None:
        """The same for all of its group; None for one that is alone."""
        alone = self.campaign.steps.filter(group=self.group).count() == 1
        return None if alone else uuid.uuid5(self.campaign_id, f"group {self.group}")

    @property
    def outcome(self) -> StepOutcome | None:
        """None while it is open."""
        if self.is_open:
            return None
        return StepOutcome.UNUSABLE if self.state == StepState.DONE and self.unusable else StepOutcome(self.state)
