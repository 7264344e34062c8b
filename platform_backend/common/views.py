"""What every view of the API is: nobody gets past it with a parameter or key that it does not know."""

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from django.db.models import Model
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.views import APIView

from common.api import checked
from common.forms import Form, PageQuery, Query

M = TypeVar("M", bound=Model)


class ApiView(APIView):
    """`queries` and `bodies` name what each method takes; it finds it checked in `self.query` and `self.body`."""

    queries: ClassVar[Mapping[str, type[Query]]] = {}
    bodies: ClassVar[Mapping[str, type[Form] | None]] = {}  # None: the method reads its body by itself
    query: Mapping[str, Any]
    body: Any  # a checked Form

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        method = (request.method or "").lower()
        if not hasattr(self, method):
            return  # 405 will be the answer
        query = self.queries.get("get" if method == "head" else method, Query)
        self.query = checked(query(data=request.query_params)).validated_data
        form = self.bodies.get(method, Form)
        if form is not None:
            self.body = checked(form(data=request.data))

    @property
    def asked(self) -> Mapping[str, Any]:
        """The checked values of the body."""
        values: Mapping[str, Any] = self.body.validated_data
        return values


class ListView(ApiView, generics.ListAPIView[M]):
    queries: ClassVar[Mapping[str, type[Query]]] = {"get": PageQuery}
