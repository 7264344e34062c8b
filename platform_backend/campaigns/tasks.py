"""Doors from Celery to the runner of campaigns."""

from campaigns import runner
from platform_backend.celery import app


@app.task
def advance_campaign() -> None:
    """By the clock, each second: there is no other way on, so a lost message or a dead worker costs a second."""
    runner.open_campaign_advance()
