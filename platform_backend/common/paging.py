"""Pages of what lies in the database, each continuing exactly after the last row of the one before."""

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from common import cursors
from common.lists import MOST_COUNTED, Order, counted


class NewestFirst(BasePagination):
    """{"results": [...], "cursor": "..." or null, "total": 12 or null}. The view's query is a `PageQuery`."""

    columns: ClassVar[Sequence[str]] = ("pk",)  # all descending; together they tell any two rows apart

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        limit, cursor = view.query["limit"], view.query["cursor"]
        self._total = counted(queryset)
        order = Order.of(view.query.get("sort"), view.sorts, self.columns)
        queryset = order.apply(queryset)
        if cursor is not None:
            queryset = queryset.filter(order.after(queryset.model, cursors.decode(cursor, of=list_of(request))))
        rows = list(queryset[: limit + 1])
        more = len(rows) > limit
        self._cursor = cursors.encode(order.place(rows[limit - 1]), of=list_of(request)) if more else None
        return rows[:limit]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "cursor": self._cursor, "total": self._total})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        cursor = {
            "type": "string",
            "nullable": True,
            "description": "Continues after the last row; null at the end.",
            "example": None,
        }
        total = {
            "type": "integer",
            "nullable": True,
            "description": f"Rows of all pages together; null for more than {MOST_COUNTED:,}.",
            "example": 1,
        }
        properties = {"results": schema, "cursor": cursor, "total": total}
        return {"type": "object", "required": list(properties), "properties": properties}


def list_of(request: Request) -> str:
    """The list that a request asks for: its address, filters and order, without the place in it."""
    filters = [
        (name, value)
        for name, values in sorted(request.query_params.lists())
        if name not in ("cursor", "limit")
        for value in sorted(values)
    ]
    return f"{request.path}?{urlencode(filters)}"
