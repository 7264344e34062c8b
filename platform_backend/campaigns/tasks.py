"""Doors from Celery to the runner of campaigns."""

from platform_backend.celery import app


@app.task
def advance_campaign() -> None:
    """By the clock, each second: there is no other way on, so a lost message or a dead worker costs a second."""
    from campaigns import runner

    runner.open_campaign_advance()
