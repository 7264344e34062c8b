"""Accounts in JSON."""

from datetime import timedelta
from typing import Final

from rest_framework import serializers

from accounts.models import ApiToken, AuditEntry
from common import fields
from common.forms import Form

MAX_DAYS: Final = 366


class CredentialsSerializer(Form):
    username = fields.Text(max_length=150)
    password = fields.Text(max_length=1024, trim_whitespace=False)


class WhoAmISerializer(serializers.Serializer):
    username = serializers.CharField()
    is_admin = serializers.BooleanField(source="is_superuser")


class TokenSerializer(serializers.ModelSerializer):
    class Meta:
        model = ApiToken
        fields = ("id", "name", "created", "expiry")


class TokenCreateSerializer(Form):
    name = fields.Text(max_length=100, help_text="what the token is for")
    days = fields.Integer(min_value=1, max_value=MAX_DAYS, default=30, help_text="days until it expires")

    @property
    def lifetime(self) -> timedelta:
        return timedelta(days=self.validated_data["days"])


class TokenCreatedSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    created = serializers.DateTimeField()
    expiry = serializers.DateTimeField()
    token = serializers.CharField(help_text="the secret, shown this once")


class AuditEntrySerializer(serializers.ModelSerializer):
    actor = serializers.CharField(source="actor_name")

    class Meta:
        model = AuditEntry
        fields = ("id", "at", "actor", "action", "subject", "detail")
