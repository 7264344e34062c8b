"""Doors from Celery to accounts."""

from accounts import services
from platform_backend.celery import app


@app.task
def send_password_reset(email: str) -> None:
    services.password_reset_send(email=email)
