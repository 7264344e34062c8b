"""What there is to be called, and by whom: read off the views."""

from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from common.roles import Role
from common.views import ApiView


def permissions(role: Role) -> list[str]:
    """Names of the operations that this role may call, for clients that show only what they can offer."""
    return sorted(name for name, needed in operations().items() if role.may(needed))


@cache
def operations() -> dict[str, Role]:
    """Every operation of the API, with the role that it needs."""
    found: dict[str, Role] = {}
    for view in _views(get_resolver()):
        found |= view.operations()
    return found


def _views(resolver: URLResolver) -> list[type[ApiView]]:
    views: list[type[ApiView]] = []
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            view: Any = getattr(entry.callback, "cls", None)
            views += [view] if view is not None and issubclass(view, ApiView) else []
        else:
            views += _views(entry)
    return views
