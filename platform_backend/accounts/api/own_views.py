"""One's own account: registration, profile, password, sessions."""

from uuid import UUID

from django.middleware.csrf import get_token
from drf_spectacular.utils import OpenApiExample
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors, services
from accounts.api import throttles
from accounts.api.examples import ME, SESSION
from accounts.api.serializers import (
    PasswordChangeSerializer,
    PasswordResetAskSerializer,
    PasswordResetSerializer,
    ProfileUpdateSerializer,
    RegisterSerializer,
    RegistrationQuery,
    RegistrationSerializer,
    SessionSerializer,
    WhoAmISerializer,
)
from common.api import user_of
from common.roles import Role
from common.views import ApiView, operation
from platform_backend.config import config


class RegistrationView(ApiView):
    queries = {"get": RegistrationQuery}
    bodies = {"post": RegisterSerializer}

    @operation(
        "registration_get",
        role=Role.ANYONE,
        tags=["accounts"],
        responses=RegistrationSerializer,
        examples=[OpenApiExample("invited", {"allowed": "invitation", "email": "grace@example.org"})],
    )
    def get(self, request: Request) -> Response:
        """Whether one may make an account, and for which address an invitation is."""
        token = self.query["invitation"]
        email = services.invitation_open(token=token).email if token else ""
        return Response({"allowed": config().accounts.registration, "email": email})

    @operation(
        "registration_create",
        role=Role.ANYONE,
        tags=["accounts"],
        responses={201: WhoAmISerializer},
        examples=[
            OpenApiExample(
                "join",
                {"username": "grace", "email": "grace@example.org", "password": "…", "invitation": "…"},
                request_only=True,
            ),
            OpenApiExample("joined", ME, response_only=True, status_codes=["201"]),
        ],
    )
    def post(self, request: Request) -> Response:
        """Make an account of one's own, as a viewer, and sign in to it."""
        asked = self.asked
        throttles.counted(request, "register")
        services.user_register(
            name=asked["username"], email=asked["email"], password=asked["password"], invitation=asked["invitation"]
        )
        user = services.session_start(request=request._request, username=asked["username"], password=asked["password"])
        get_token(request._request)
        return Response(WhoAmISerializer(user).data, status=status.HTTP_201_CREATED)


class ProfileView(ApiView):
    bodies = {"patch": ProfileUpdateSerializer}

    @operation(
        "profile_update",
        role=Role.VIEWER,
        tags=["accounts"],
        responses=WhoAmISerializer,
        examples=[
            OpenApiExample("language", {"language": "zh", "time_zone": "Asia/Shanghai"}, request_only=True),
            OpenApiExample("a viewer", ME, response_only=True),
        ],
    )
    def patch(self, request: Request) -> Response:
        """Change name, e-mail address, language or time zone. Another address needs the password."""
        user = user_of(request)
        changes = dict(self.asked)
        with throttles.attempt(request, f"profile:{user.pk}"):
            services.profile_update(by=user, password=changes.pop("password"), **changes)
        user.refresh_from_db()
        return Response(WhoAmISerializer(user).data)


class PasswordView(ApiView):
    bodies = {"post": PasswordChangeSerializer}

    @operation(
        "password_change",
        role=Role.VIEWER,
        tags=["accounts"],
        responses={204: None},
        examples=[OpenApiExample("change", {"old": "…", "new": "…"}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Another password. All other sessions of the user end; bearer tokens stay."""
        user = user_of(request)
        with throttles.attempt(request, f"password:{user.pk}"):
            services.password_change(request=request._request, by=user, old=self.asked["old"], new=self.asked["new"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordResetAskView(ApiView):
    bodies = {"post": PasswordResetAskSerializer}

    @operation(
        "password_reset_ask",
        role=Role.ANYONE,
        tags=["accounts"],
        responses={202: None},
        examples=[OpenApiExample("forgotten", {"email": "ada@example.org"}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Mail a link that sets another password, once, within the hour. Unknown addresses get the same answer."""
        throttles.counted(request, self.asked["email"])
        services.password_reset_ask(email=self.asked["email"])
        return Response(status=status.HTTP_202_ACCEPTED)


class PasswordResetView(ApiView):
    bodies = {"post": PasswordResetSerializer}

    @operation(
        "password_reset",
        role=Role.ANYONE,
        tags=["accounts"],
        responses={204: None},
        examples=[OpenApiExample("reset", {"token": "…", "password": "…"}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Set another password with the token of a mailed link. All sessions of the user end."""
        with throttles.attempt(request, "reset"):
            services.password_reset(**self.asked)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SessionsView(ApiView):
    @operation(
        "sessions_list",
        role=Role.VIEWER,
        tags=["accounts"],
        responses=SessionSerializer(many=True),
        examples=[OpenApiExample("this one", SESSION)],
    )
    def get(self, request: Request) -> Response:
        """Your sessions in browsers, newest first."""
        own = selectors.sessions_of(user_of(request))
        context = {"session_key": request._request.session.session_key}
        return Response(SessionSerializer(own, many=True, context=context).data)


class OneSessionView(ApiView):
    @operation("sessions_delete", role=Role.VIEWER, tags=["accounts"], responses={204: None})
    def delete(self, request: Request, session_id: UUID) -> Response:
        """End one of your sessions: that browser has to sign in again."""
        services.session_revoke(by=user_of(request), session_id=session_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
