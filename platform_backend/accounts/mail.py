"""Letters of the platform. Without a mail server (`accounts.email.host`) they go to the log of who sends them."""

from django.conf import settings
from django.core.mail import send_mail


def address_of(path: str) -> str:
    """A link into the dashboard, as its users reach it."""
    return f"{settings.PUBLIC_URL}{path}"


def send(to: str, subject: str, *lines: str) -> None:
    send_mail(f"MicroServo: {subject}", "\n\n".join(lines) + "\n", settings.DEFAULT_FROM_EMAIL, [to])
