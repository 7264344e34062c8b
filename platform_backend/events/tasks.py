"""Doors from Celery to events."""

from events import services
from platform_backend.celery import app


@app.task
def advance_open_events() -> None:
    """By the clock, each second."""
    services.open_events_advance()
