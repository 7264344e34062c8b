"""Doors from Celery to the lifecycle of injections."""

from uuid import UUID

from faults import lifecycle
from platform_backend.celery import app


@app.task
def advance_injection(injection_id: str) -> None:
    lifecycle.injection_advance(injection_id=UUID(injection_id))


@app.task
def advance_open_injections() -> None:
    """By the clock: whatever message got lost, no injection does."""
    lifecycle.open_injections_advance()
