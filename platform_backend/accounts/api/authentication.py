"""Bearer tokens in the Authorization header, and session cookies."""

from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from knox.models import get_token_model
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.api import last_use
from accounts.models import SignIn
from common.roles import Role


class BearerAuthentication(TokenAuthentication):
    model = get_token_model

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        try:
            user, held = super().authenticate_credentials(token)
        except UnicodeDecodeError:
            raise AuthenticationFailed("Invalid token.") from None
        user.role_ceiling = Role(held.role)
        if last_use.is_news(held.pk):
            get_token_model().objects.filter(pk=held.pk).update(last_used=timezone.now())
        return user, held


class CookieAuthentication(SessionAuthentication):
    """As REST framework's; notes when the session was last used.

    The CSRF token comes in the header X-CSRFToken, before a byte of the body is read: it may be a large upload.
    """

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        found = super().authenticate(request)
        key = request._request.session.session_key
        if found is not None and key and last_use.is_news(key):
            SignIn.objects.filter(session_key=key).update(last_used=timezone.now())
        return found

    def enforce_csrf(self, request: Request) -> None:
        request._request._post = QueryDict()  # type: ignore[attr-defined]  # else it looks for a form in the body
        super().enforce_csrf(request._request)  # type: ignore[arg-type]  # it takes either


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = BearerAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token of POST /api/v1/tokens"}


class CookieScheme(OpenApiAuthenticationExtension):
    target_class = CookieAuthentication
    name = "cookieAuth"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
