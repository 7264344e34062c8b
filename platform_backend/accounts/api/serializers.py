"""Accounts in JSON."""

from datetime import timedelta
from typing import Final

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.operations import permissions
from accounts.models import ROLES, ApiToken, AuditEntry
from accounts.roles import role_of
from common import fields
from common.forms import Form
from common.roles import Role

MAX_DAYS: Final = 366


class CredentialsSerializer(Form):
    username = fields.Text(max_length=150)
    password = fields.Text(max_length=1024, trim_whitespace=False)


class WhoAmISerializer(serializers.Serializer):
    username = serializers.CharField()
    role = serializers.SerializerMethodField(help_text="that this sign-in or token has")
    permissions = serializers.SerializerMethodField(help_text="names of the operations that it may call")

    @extend_schema_field(serializers.ChoiceField(choices=ROLES))
    def get_role(self, user: User) -> Role:
        return role_of(user)

    def get_permissions(self, user: User) -> list[str]:
        return permissions(role_of(user))


class TokenSerializer(serializers.ModelSerializer):
    class Meta:
        model = ApiToken
        fields = ("id", "name", "role", "created", "expiry")


class TokenCreateSerializer(Form):
    name = fields.Text(max_length=100, help_text="what the token is for")
    role = fields.Choice(
        choices=ROLES,
        default=Role.ADMIN.value,
        help_text="may do no more than this role, nor than you",
    )
    days = fields.Integer(min_value=1, max_value=MAX_DAYS, default=30, help_text="days until it expires")

    @property
    def lifetime(self) -> timedelta:
        return timedelta(days=self.validated_data["days"])


class TokenCreatedSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=ROLES)
    created = serializers.DateTimeField()
    expiry = serializers.DateTimeField()
    token = serializers.CharField(help_text="the secret, shown this once")


class AuditEntrySerializer(serializers.ModelSerializer):
    actor = serializers.CharField(source="actor_name")

    class Meta:
        model = AuditEntry
        fields = ("id", "at", "actor", "action", "subject", "detail")
