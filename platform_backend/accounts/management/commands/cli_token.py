"""manage.py cli_token: the token that the command line of this machine's owner uses."""

from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand

from accounts.models import ApiToken
from accounts.services import ADMIN, token_create
from common.roles import Role
from common.transactions import atomic
from platform_backend.secrets import replace_secret

NAME: Final = "command line"
LIFETIME: Final = timedelta(days=30)


class Command(BaseCommand):
    help = "Make a new token of the user 'admin' for the command line, in place of its last one."

    @atomic
    def handle(self, *args: Any, **options: Any) -> None:
        admin = User.objects.get(username=ADMIN)
        ApiToken.objects.filter(user=admin, name=NAME).delete()
        token = token_create(by=admin, name=NAME, role=Role.ADMIN, lifetime=LIFETIME)
        replace_secret(settings.SECRETS_DIR / "cli_token", token.secret)
