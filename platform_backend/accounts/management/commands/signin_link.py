"""manage.py signin_link: a link that signs in once."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from accounts.mail import address_of
from accounts.services import ADMIN, signin_path


class Command(BaseCommand):
    help = "Print a link that signs a user in, once, within ten minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", nargs="?", default=ADMIN)

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"no user {username!r}; 'manage.py ensure_admin' makes the first one")
        self.stdout.write(address_of(signin_path(user)))
