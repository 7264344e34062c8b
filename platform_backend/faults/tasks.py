"""Doors from Celery to the lifecycle of injections."""

from uuid import UUID

from faults import emergency, lifecycle, occurrences
from faults.effects import services as effects
from platform_backend.celery import app


@app.task
def advance_injection(injection_id: str) -> None:
    lifecycle.injection_advance(injection_id=UUID(injection_id))


@app.task
def advance_open_injections() -> None:
    """By the clock: whatever message got lost, no injection does."""
    lifecycle.open_injections_advance()
    lifecycle.unsettled_injections_settle()


@app.task
def fire_experiments() -> None:
    """By the clock: experiments whose time has come."""
    occurrences.experiments_fire()


@app.task
def reconcile_emergency_stop() -> None:
    """By the clock: a stop that was made, or released, while a part of the platform was down."""
    emergency.reconcile()


@app.task
def check_effects() -> None:
    """By the clock: labels whose telemetry has arrived."""
    effects.effects_check_due()
