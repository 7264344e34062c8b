"""Bearer tokens in the Authorization header."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from knox.models import get_token_model
from rest_framework.exceptions import AuthenticationFailed

from common.roles import Role


class BearerAuthentication(TokenAuthentication):
    model = get_token_model

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        try:
            user, held = super().authenticate_credentials(token)
        except UnicodeDecodeError:
            raise AuthenticationFailed("Invalid token.") from None
        user.role_ceiling = Role(held.role)
        return user, held


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = BearerAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token of POST /api/v1/tokens"}
