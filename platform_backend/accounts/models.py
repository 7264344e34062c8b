"""What Django's own users lack: a role, bearer tokens and the audit log."""

import uuid
from typing import Any, Final

from django.conf import settings
from django.db import models
from knox.models import AbstractAuthToken

from common.roles import Role

REGISTRATION: Final = [(each, each) for each in ("off", "invitation", "open")]
LANGUAGES: Final = [("en", "English"), ("zh", "中文")]
ROLES: Final = [(role.value, role.value) for role in Role if role is not Role.ANYONE]

LONGEST_NAME: Final = 150  # Django's own
LONGEST_EMAIL: Final = 254


class Profile(models.Model):
    """A superuser is an admin whatever stands here; a user without a profile is a viewer."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE)
    role = models.CharField(max_length=16, choices=ROLES, default=Role.VIEWER.value)
    # As people compare them; Django's own columns know no case, or do, as the database has it.
    name_key = models.CharField(max_length=LONGEST_NAME, unique=True, null=True)
    email_key = models.CharField(max_length=LONGEST_EMAIL, unique=True, null=True)
    language = models.CharField(max_length=8, choices=LANGUAGES, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")

    def __str__(self) -> str:
        return f"{self.user.get_username()}: {self.role}"


class ApiToken(AbstractAuthToken):
    """Only a hash is kept; `id` is for the API, the digest would be an odd thing to hand out."""

    id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=16, choices=ROLES, default=Role.ADMIN.value)  # it may do no more than this
    last_used = models.DateTimeField(null=True)  # to the minute

    class Meta:
        ordering = ("-created",)


class SignIn(models.Model):
    """A session of a browser, so that its user can see and end it. Gone with the session."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session_key = models.CharField(max_length=40, unique=True)
    created = models.DateTimeField(auto_now_add=True)
    last_used = models.DateTimeField(null=True)
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=200)

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return f"{self.user.get_username()} from {self.address}"


class Invitation(models.Model):
    """Whoever has its link may make an account with this address, once, until then. The link is signed, not kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.CharField(max_length=254)
    created = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    until = models.DateTimeField()
    used_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    used = models.BooleanField(default=False)  # also when that user is deleted

    class Meta:
        ordering = ("-created", "-id")

    def __str__(self) -> str:
        return f"{self.email} until {self.until}"


class AuditEntry(models.Model):
    """One write: who did what to which thing, and when. Written in the transaction of the write."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    actor_name = models.CharField(max_length=150)  # outlives the user
    action = models.CharField(max_length=60)  # "<entity>.<verb>"
    subject = models.CharField(max_length=253)  # a pod's name may be as long
    detail: "models.JSONField[Any, Any]" = models.JSONField(default=dict)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.actor_name} {self.action} {self.subject}"
