"""What Django's own users lack: a role, bearer tokens and the audit log."""

import uuid
from typing import Any, Final

from django.conf import settings
from django.db import models
from knox.models import AbstractAuthToken

from common.roles import Role

ROLES: Final = [(role.value, role.value) for role in Role if role is not Role.ANYONE]


class Profile(models.Model):
    """A superuser is an admin whatever stands here; a user without a profile is a viewer."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE)
    role = models.CharField(max_length=16, choices=ROLES, default=Role.VIEWER.value)

    def __str__(self) -> str:
        return f"{self.user.get_username()}: {self.role}"


class ApiToken(AbstractAuthToken):
    """Only a hash is kept; `id` is for the API, the digest would be an odd thing to hand out."""

    id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=16, choices=ROLES, default=Role.ADMIN.value)  # it may do no more than this

    class Meta:
        ordering = ("-created",)


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
