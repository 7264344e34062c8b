"""Is the web process up and its database within reach?"""

from django.db import connection
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.roles import Role
from common.views import ApiView, operation


class HealthSerializer(serializers.Serializer):
    status = serializers.CharField(help_text="ok: the web process answers and its database is within reach")


class HealthView(ApiView):
    authentication_classes = ()

    @operation(
        "health",
        role=Role.ANYONE,
        tags=["health"],
        responses=HealthSerializer,
        examples=[OpenApiExample("ok", {"status": "ok"})],
    )
    def get(self, request: Request) -> Response:
        """Whether the platform answers. Needs no sign-in."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return Response({"status": "ok"})
