"""Sign-in, tokens, audit log."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.views import View
from drf_spectacular.utils import OpenApiExample
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors, services
from accounts.api import throttles
from accounts.api.examples import AUDIT, ME, NOBODY, TOKEN
from accounts.api.serializers import (
    AuditEntrySerializer,
    AuditQuery,
    CredentialsSerializer,
    TokenCreatedSerializer,
    TokenCreateSerializer,
    TokenSerializer,
    WhoAmISerializer,
)
from accounts.models import AuditEntry
from common.api import user_of
from common.errors import UserError
from common.roles import Role
from common.schema import page_example
from common.views import ApiView, ListView, operation


class SessionView(ApiView):
    bodies = {"post": CredentialsSerializer}

    @operation(
        "session_start",
        role=Role.ANYONE,
        tags=["accounts"],
        responses=WhoAmISerializer,
        examples=[
            OpenApiExample("a viewer", ME, response_only=True),
            OpenApiExample("sign in", {"username": "admin", "password": "…"}, request_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        """Sign in. Sets the session cookie; writes that follow send the CSRF cookie as X-CSRFToken."""
        credentials = self.asked
        with throttles.attempt(request, credentials["username"]):
            user = services.session_start(request=request._request, **credentials)
        get_token(request._request)
        return Response(WhoAmISerializer(user).data)

    @operation(
        "session_get",
        role=Role.ANYONE,
        tags=["accounts"],
        responses=WhoAmISerializer,
        examples=[OpenApiExample("a viewer", ME), OpenApiExample("nobody", NOBODY)],
    )
    def get(self, request: Request) -> Response:
        """Who asks, and what they may. Also sets the CSRF cookie, which every write by session sends as X-CSRFToken."""
        get_token(request._request)
        return Response(WhoAmISerializer(request.user).data)

    @operation("session_end", role=Role.VIEWER, tags=["accounts"], responses={204: None})
    def delete(self, request: Request) -> Response:
        """Sign out of the session. Bearer tokens stay."""
        services.session_end(request=request._request, by=user_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class TokensView(ApiView):
    bodies = {"post": TokenCreateSerializer}

    @operation(
        "tokens_list",
        role=Role.VIEWER,
        tags=["accounts"],
        responses=TokenSerializer(many=True),
        examples=[OpenApiExample("one", TOKEN)],
    )
    def get(self, request: Request) -> Response:
        """Your tokens that have not expired."""
        return Response(TokenSerializer(selectors.tokens_of(user_of(request)), many=True).data)

    @operation(
        "tokens_create",
        role=Role.VIEWER,
        tags=["accounts"],
        responses={201: TokenCreatedSerializer},
        examples=[
            OpenApiExample("for a month", {"name": "notebook", "role": "researcher", "days": 30}, request_only=True),
            OpenApiExample("created", TOKEN | {"token": "ms_…"}, response_only=True, status_codes=["201"]),
        ],
    )
    def post(self, request: Request) -> Response:
        """Make a bearer token. The answer is the only place where it is ever shown."""
        new = services.token_create(
            by=user_of(request), name=self.asked["name"], role=Role(self.asked["role"]), lifetime=self.body.lifetime
        )
        body = TokenSerializer(new.token).data | {"token": new.secret}
        return Response(body, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})


class TokenView(ApiView):
    @operation("tokens_delete", role=Role.VIEWER, tags=["accounts"], responses={204: None})
    def delete(self, request: Request, token_id: str) -> Response:
        """Revoke one of your tokens."""
        services.token_delete(by=user_of(request), token_id=token_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AuditView(ListView[AuditEntry]):
    queries = {"get": AuditQuery}
    serializer_class = AuditEntrySerializer
    sorts = {"at": "pk"}
    search_in = ("actor_name", "action", "subject")
    queryset = AuditEntry.objects.none()

    @operation("audit_list", role=Role.ADMIN, tags=["accounts"], examples=[page_example(AUDIT)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Who did what, newest first. Admins only."""
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        wanted = {name: self.query[name] for name in ("actor", "action", "subject")}
        return selectors.audit_entries(start=self.query["from"], end=self.query["to"], **wanted)


class SignInLinkView(View):
    """The one-time link that `up` prints: sign in, then on to the dashboard; a spent one leads to the sign-in page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            services.session_start_by_link(request=request, token=request.GET.get("sesame", ""))
        except UserError:
            return HttpResponseRedirect("/login?error=link-spent")
        return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)
