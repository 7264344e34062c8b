"""Pages of what lies in the database: newest first, each continuing exactly after the last row of the one before."""

from collections.abc import Sequence
from typing import Any, ClassVar, cast
from urllib.parse import urlencode

from django.db.models import Field, Model, Q
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from common import cursors


class NewestFirst(BasePagination):
    """{"results": [...], "cursor": "..." or null}. The view's query is a `PageQuery`."""

    columns: ClassVar[Sequence[str]] = ("pk",)  # all descending; together they tell any two rows apart

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        limit, cursor = view.query["limit"], view.query["cursor"]
        if cursor is not None:
            queryset = queryset.filter(self._after(queryset.model, cursors.decode(cursor, of=list_of(request))))
        rows = list(queryset.order_by(*(f"-{column}" for column in self.columns))[: limit + 1])
        more = len(rows) > limit
        self._cursor = cursors.encode(self._place(rows[limit - 1]), of=list_of(request)) if more else None
        return rows[:limit]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "cursor": self._cursor})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        cursor = {
            "type": "string",
            "nullable": True,
            "description": "Continues after the last row; null at the end.",
            "example": None,
        }
        properties = {"results": schema, "cursor": cursor}
        return {"type": "object", "required": list(properties), "properties": properties}

    def _place(self, row: Model) -> list[int | str]:
        """The columns' values as text."""
        return [str(_column(type(row), name).value_to_string(row)) for name in self.columns]

    def _after(self, model: type[Model], place: Sequence[int | str]) -> Q:
        """(a, b) < (x, y), spelt out: a < x, or a = x and b < y."""
        found, equal = Q(), Q()
        for name, text in zip(self.columns, place, strict=True):
            value = _column(model, name).to_python(text)
            found |= equal & Q(**{f"{name}__lt": value})
            equal &= Q(**{name: value})
        return found


def list_of(request: Request) -> str:
    """The list that a request asks for: its address and filters, without the place in it."""
    filters = [
        (name, value)
        for name, values in sorted(request.query_params.lists())
        if name not in ("cursor", "limit")
        for value in sorted(values)
    ]
    return f"{request.path}?{urlencode(filters)}"


def _column(model: type[Model], name: str) -> "Field[Any, Any]":
    return cast("Field[Any, Any]", model._meta.pk if name == "pk" else model._meta.get_field(name))
