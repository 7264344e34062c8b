"""One cheap question that tells a client which of its lists are out of date."""

from collections.abc import Mapping

from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request
from rest_framework.response import Response

from changes import selectors
from changes.api.examples import REVISIONS
from changes.api.serializers import RevisionsSerializer
from common.roles import Role
from common.views import ApiView, operation


class ChangesView(ApiView):
    @operation(
        "changes",
        role=Role.VIEWER,
        tags=["changes"],
        responses=RevisionsSerializer,
        examples=[OpenApiExample("revisions", REVISIONS)],
    )
    def get(self, request: Request) -> Response:
        """A number for each topic, which grows whenever something of it is written.

        Ask it every second or two with `If-None-Match`: 304, without a body, says that nothing moved. When a number
        has grown, fetch what you show of that topic.
        """
        revisions = selectors.revisions()
        etag = _etag(revisions)
        headers = {"ETag": etag, "Cache-Control": "no-cache"}
        if etag in (each.strip() for each in request.headers.get("If-None-Match", "").split(",")):
            return Response(status=304, headers=headers)
        return Response(revisions, headers=headers)


def _etag(revisions: Mapping[str, int]) -> str:
    return '"' + "-".join(str(number) for number in revisions.values()) + '"'
