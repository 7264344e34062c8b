"""Accounts in JSON."""

import re
from datetime import timedelta
from typing import Final
from zoneinfo import available_timezones

from django.contrib.auth.models import AnonymousUser, User
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.operations import permissions
from accounts.identity import shown_profile
from accounts.models import LANGUAGES, REGISTRATION, ROLES, ApiToken, AuditEntry, Invitation, SignIn
from accounts.roles import role_of
from common import fields
from common.forms import Form, PageQuery, Query
from common.roles import Role

MAX_DAYS: Final = 366
LONGEST_PASSWORD: Final = 1024
# No @, so that no name can be taken for somebody's e-mail address.
NAME: Final = re.compile(r"[^\W_][\w.+-]*")
Anybody = User | AnonymousUser


class CredentialsSerializer(Form):
    username = fields.Text(max_length=254, help_text="or e-mail address")
    password = fields.Text(max_length=LONGEST_PASSWORD, trim_whitespace=False)


class WhoAmISerializer(serializers.Serializer):
    """`instance` is a User, or AnonymousUser."""

    signed_in = serializers.BooleanField(source="is_authenticated")
    username = serializers.CharField(help_text="empty without sign-in")
    name = serializers.SerializerMethodField(help_text="as it is to be shown")
    email = serializers.SerializerMethodField()
    language = serializers.SerializerMethodField()
    time_zone = serializers.SerializerMethodField(help_text="IANA name")
    role = serializers.SerializerMethodField(help_text="that this sign-in or token has; anyone: none")
    permissions = serializers.SerializerMethodField(help_text="names of the operations that it may call")

    def get_name(self, user: Anybody) -> str:
        return getattr(user, "first_name", "")

    def get_email(self, user: Anybody) -> str:
        return getattr(user, "email", "")

    @extend_schema_field(serializers.ChoiceField(choices=LANGUAGES))
    def get_language(self, user: Anybody) -> str:
        return shown_profile(user).language

    def get_time_zone(self, user: Anybody) -> str:
        return shown_profile(user).time_zone

    @extend_schema_field(serializers.ChoiceField(choices=[(role.value, role.value) for role in Role]))
    def get_role(self, user: Anybody) -> Role:
        return role_of(user)

    def get_permissions(self, user: Anybody) -> list[str]:
        return permissions(role_of(user))


class ProfileUpdateSerializer(Form):
    """What is left out stays."""

    name = fields.Text(max_length=150, allow_blank=True, required=False, help_text="as it is to be shown")
    email = fields.Email(required=False)
    language = fields.Choice(choices=LANGUAGES, required=False)
    time_zone = fields.Text(max_length=64, required=False, help_text="IANA name, e.g. Asia/Shanghai")
    password = fields.Text(
        max_length=LONGEST_PASSWORD,
        trim_whitespace=False,
        default=None,
        help_text="needed for another e-mail address",
    )

    def validate_time_zone(self, name: str) -> str:
        if name not in available_timezones():
            raise serializers.ValidationError("is no IANA time zone, such as Europe/Berlin or UTC")
        return name


class PasswordChangeSerializer(Form):
    old = fields.Text(max_length=LONGEST_PASSWORD, trim_whitespace=False)
    new = fields.Text(max_length=LONGEST_PASSWORD, trim_whitespace=False)


class PasswordResetAskSerializer(Form):
    email = fields.Email()


class PasswordResetSerializer(Form):
    token = fields.Text(max_length=200, help_text="of the mailed link")
    password = fields.Text(max_length=LONGEST_PASSWORD, trim_whitespace=False)


class RegistrationQuery(Query):
    invitation = fields.Text(max_length=200, default="", help_text="of the mailed link")


class RegistrationSerializer(serializers.Serializer):
    allowed = serializers.ChoiceField(choices=REGISTRATION, help_text="accounts.registration")
    email = serializers.CharField(help_text="that the invitation is for; empty without one")


class RegisterSerializer(Form):
    username = fields.Text(max_length=150, help_text="letters, digits and ._+-")
    email = fields.Email()
    password = fields.Text(max_length=LONGEST_PASSWORD, trim_whitespace=False)
    invitation = fields.Text(max_length=200, default="", help_text="of the mailed link, where one is needed")

    def validate_username(self, name: str) -> str:
        if not NAME.fullmatch(name):
            raise serializers.ValidationError("may have letters, digits and ._+- and begins with a letter or digit")
        return name


class SessionSerializer(serializers.ModelSerializer):
    is_this = serializers.SerializerMethodField(help_text="the session that asks")

    class Meta:
        model = SignIn
        fields = ("id", "created", "last_used", "address", "agent", "is_this")

    def get_is_this(self, session: SignIn) -> bool:
        return bool(session.session_key == self.context["session_key"])


class UsersQuery(PageQuery):
    role = fields.Choice(choices=ROLES, default=None)
    active = fields.Flag(default=None, allow_null=True)


class UserSerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="first_name")
    role = serializers.SerializerMethodField()
    created = serializers.DateTimeField(source="date_joined")
    last_sign_in = serializers.DateTimeField(source="last_login", allow_null=True)

    class Meta:
        model = User
        fields = ("id", "username", "name", "email", "role", "is_active", "created", "last_sign_in")

    @extend_schema_field(serializers.ChoiceField(choices=ROLES))
    def get_role(self, user: User) -> Role:
        return role_of(user)


class UserUpdateSerializer(Form):
    """What is left out stays."""

    role = fields.Choice(choices=ROLES, required=False)
    is_active = fields.Flag(required=False, help_text="false: signed out everywhere, and not to sign in again")


class InvitationSerializer(serializers.ModelSerializer):
    by = serializers.CharField(source="created_by.username", default="")

    class Meta:
        model = Invitation
        fields = ("id", "email", "by", "created", "until")


class InviteSerializer(Form):
    email = fields.Email()


class InvitedSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    email = serializers.CharField()
    by = serializers.CharField()
    created = serializers.DateTimeField()
    until = serializers.DateTimeField()
    link = serializers.CharField(help_text="shown this once")
    mail_error = serializers.CharField(help_text="why it could not be mailed; empty when it was")


class TokenSerializer(serializers.ModelSerializer):
    class Meta:
        model = ApiToken
        fields = ("id", "name", "role", "created", "expiry", "last_used")


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
    last_used = serializers.DateTimeField(allow_null=True)
    token = serializers.CharField(help_text="the secret, shown this once")


class AuditQuery(PageQuery):
    actor = fields.Text(max_length=150, default="", help_text="user name; platform: what nobody asked for")
    action = fields.Text(max_length=60, default="", help_text="or its beginning, such as injection.")
    subject = fields.Text(max_length=253, default="", help_text="what it was done to")

    def get_fields(self) -> dict[str, serializers.Field]:
        """`from` is no name in Python."""
        times = {
            "from": fields.Instant(default=None, help_text="not before this time"),
            "to": fields.Instant(default=None, help_text="before this time"),
        }
        return {**super().get_fields(), **times}


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": {
            "nullable": True,
            "oneOf": [
                *({"type": name} for name in ("string", "number", "boolean", "object")),
                {"type": "array", "items": {"oneOf": [{"type": "string"}, {"type": "number"}]}},
            ],
        },
    }
)
class AuditDetail(serializers.JSONField):
    """As the action wrote it."""


class AuditEntrySerializer(serializers.ModelSerializer):
    actor = serializers.CharField(source="actor_name")
    detail = AuditDetail(help_text="what the action was about: texts, numbers, lists of them, and objects")

    class Meta:
        model = AuditEntry
        fields = ("id", "at", "actor", "action", "subject", "detail")
