"""manage.py signin_link: a link that signs in once."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from accounts.services import ADMIN, signin_path


class Command(BaseCommand):
    help = "Print a link that signs a user in, once, within ten minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", nargs="?", default=ADMIN)

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"no user {username!r}; 'manage.py ensure_admin' makes the first one")
        web = settings.CONFIG.web
        host = "127.0.0.1" if web.host == "0.0.0.0" else web.host  # noqa: S104  compared, not bound
        self.stdout.write(f"http://{host}:{web.port}{signin_path(user)}")
