"""manage.py ensure_admin: the first user, made at first start."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.services import admin_ensure


class Command(BaseCommand):
    help = "Make the user 'admin' unless it exists; its random password is kept in the secrets folder."

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.SECRETS_DIR / "admin_password"
        user = admin_ensure(password_file=path)
        self.stdout.write(f"{user.get_username()}: first password in {path}")
