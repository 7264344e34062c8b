"""Enforces the role that each operation declares. REST framework itself imports it, so it imports no views."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.roles import role_of


class HasRole(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        """`view` is a `common.views.ApiView`; any other is a mistake, and raises."""
        needed, role = view.role_of(request.method or ""), role_of(request.user)
        self.message = f"This needs the role {needed}; you have the role {role}."
        return role.may(needed)
