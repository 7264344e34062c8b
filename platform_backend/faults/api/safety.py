"""The emergency stop, and pods in quarantine."""

from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import user_of
from common.roles import Role
from common.views import ApiView, operation
from faults import emergency, guards, selectors, services
from faults.api.examples import FREE, INJECTION_ID, QUARANTINED, STOP
from faults.api.serializers import (
    EmergencyStopCreateSerializer,
    EmergencyStopSerializer,
    QuarantineSerializer,
    StoppedSerializer,
)


class EmergencyStopView(ApiView):
    bodies = {"post": EmergencyStopCreateSerializer}

    @operation(
        "emergency_stop_get",
        role=Role.VIEWER,
        tags=["faults"],
        responses=EmergencyStopSerializer,
        examples=[OpenApiExample("blocked", STOP | {"blocked": True}), OpenApiExample("free", FREE)],
    )
    def get(self, request: Request) -> Response:
        """Whether faults are blocked, by whom and why."""
        return Response(_state())

    @operation(
        "emergency_stop_start",
        role=Role.VIEWER,
        tags=["faults"],
        responses={201: StoppedSerializer},
        examples=[
            OpenApiExample("stop", {"reason": "customers see errors"}, request_only=True),
            OpenApiExample(
                "stopped",
                STOP | {"ended": [INJECTION_ID], "ending": [], "unreachable": ""},
                response_only=True,
                status_codes=["201"],
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        """End every fault now and allow none until released. Needs neither worker nor broker.

        For anyone who is signed in.
        """
        stopped = emergency.emergency_stop(reason=self.asked["reason"], by=user_of(request), stop_id=self.asked["id"])
        return Response(StoppedSerializer(stopped).data, status=status.HTTP_201_CREATED)


class EmergencyReleaseView(ApiView):
    @operation(
        "emergency_stop_release",
        role=Role.OPERATOR,
        tags=["faults"],
        responses=EmergencyStopSerializer,
        examples=[OpenApiExample("released", FREE)],
    )
    def post(self, request: Request) -> Response:
        """Take your emergency stop back; an admin takes back all. Faults are allowed when none is left.

        Nothing happens when they are not blocked; others' stops alone are refused (403).
        """
        emergency.emergency_stop_release(by=user_of(request))
        return Response(_state())


class QuarantineView(ApiView):
    @operation(
        "quarantine_list",
        role=Role.VIEWER,
        tags=["faults"],
        responses=QuarantineSerializer(many=True),
        examples=[OpenApiExample("a pod", QUARANTINED)],
    )
    def get(self, request: Request) -> Response:
        """Pods that did not recover from a fault, and get no other until cleared."""
        return Response(QuarantineSerializer(selectors.quarantine(), many=True).data)


class QuarantineClearView(ApiView):
    @operation(
        "quarantine_clear",
        role=Role.OPERATOR,
        tags=["faults"],
        responses=QuarantineSerializer,
        examples=[
            OpenApiExample("cleared", QUARANTINED | {"cleared_at": "2026-01-05T09:10:00Z", "cleared_by": "admin"})
        ],
    )
    def post(self, request: Request, pod: str) -> Response:
        """The pod is well again and may be given faults. For whoever hurt it and admins (403)."""
        entry = services.quarantine_clear(pod=pod, by=user_of(request))
        return Response(QuarantineSerializer(entry).data)


def _state() -> dict[str, Any]:
    stop = guards.emergency_stop_in_force()
    shown = {name: getattr(stop, name, None) for name in ("id", "by", "reason", "at")}
    return dict(EmergencyStopSerializer({"blocked": stop is not None, **shown}).data)
