"""Bearer tokens and the audit log. Users are Django's own."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from knox.models import AbstractAuthToken


class ApiToken(AbstractAuthToken):
    """Only a hash is kept; `id` is for the API, the digest would be an odd thing to hand out."""

    id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ("-created",)


class AuditEntry(models.Model):
    """One write: who did what to which thing, and when. Written in the transaction of the write."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    actor_name = models.CharField(max_length=150)  # outlives the user
    action = models.CharField(max_length=60)  # "<entity>.<verb>"
    subject = models.CharField(max_length=200)
    detail: "models.JSONField[Any, Any]" = models.JSONField(default=dict)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.actor_name} {self.action} {self.subject}"
