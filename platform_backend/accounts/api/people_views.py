"""Users and invitations, for admins."""

from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from drf_spectacular.utils import OpenApiExample
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors, services
from accounts.api.examples import INVITATION, USER
from accounts.api.serializers import (
    InvitationSerializer,
    InvitedSerializer,
    InviteSerializer,
    UserSerializer,
    UsersQuery,
    UserUpdateSerializer,
)
from common.api import user_of
from common.paging import NewestFirst
from common.roles import Role
from common.schema import page_example
from common.views import ApiView, ListView, operation


class UsersView(ListView[User]):
    queries = {"get": UsersQuery}
    serializer_class = UserSerializer
    pagination_class = NewestFirst
    sorts = {"created": "date_joined", "username": "username", "last_sign_in": "last_login"}
    search_in = ("username", "first_name", "email")
    queryset = User.objects.none()

    @operation("users_list", role=Role.ADMIN, tags=["accounts"], examples=[page_example(USER)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Users, newest first."""
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        role = self.query["role"]
        return selectors.users(role=Role(role) if role else None, active=self.query["active"])


class UserView(ApiView):
    bodies = {"patch": UserUpdateSerializer}

    @operation(
        "users_update",
        role=Role.ADMIN,
        tags=["accounts"],
        responses=UserSerializer,
        examples=[
            OpenApiExample("promote", {"role": "operator"}, request_only=True),
            OpenApiExample("promoted", USER | {"role": "operator"}, response_only=True),
        ],
    )
    def patch(self, request: Request, user_id: int) -> Response:
        """Give another role, disable or enable. The last admin stays one (409)."""
        role = self.asked.get("role")
        user = services.user_update(
            by=user_of(request),
            user_id=user_id,
            role=Role(role) if role else None,
            active=self.asked.get("is_active"),
        )
        return Response(UserSerializer(user).data)


class InvitationsView(ApiView):
    bodies = {"post": InviteSerializer}

    @operation(
        "invitations_list",
        role=Role.ADMIN,
        tags=["accounts"],
        responses=InvitationSerializer(many=True),
        examples=[OpenApiExample("open", INVITATION)],
    )
    def get(self, request: Request) -> Response:
        """Invitations that are not used, newest first."""
        return Response(InvitationSerializer(selectors.invitations(), many=True).data)

    @operation(
        "invitations_create",
        role=Role.ADMIN,
        tags=["accounts"],
        responses={201: InvitedSerializer},
        examples=[
            OpenApiExample("invite", {"email": "grace@example.org"}, request_only=True),
            OpenApiExample(
                "invited",
                INVITATION | {"link": "http://127.0.0.1:8000/register?invitation=…", "mail_error": ""},
                response_only=True,
                status_codes=["201"],
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        """Invite somebody to make an account, within a week. The link is mailed, and told this once."""
        invited = services.invitation_create(by=user_of(request), email=self.asked["email"])
        told = {"link": invited.link, "mail_error": invited.mail_error}
        body = InvitationSerializer(invited.invitation).data | told
        return Response(body, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})


class InvitationView(ApiView):
    @operation("invitations_delete", role=Role.ADMIN, tags=["accounts"], responses={204: None})
    def delete(self, request: Request, invitation_id: UUID) -> Response:
        """Withdraw an invitation that is not used."""
        services.invitation_delete(by=user_of(request), invitation_id=invitation_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
