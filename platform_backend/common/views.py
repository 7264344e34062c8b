"""What every view of the API is: nobody gets past it with a parameter or key that it does not know."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.views import APIView

from common import lists
from common.api import checked
from common.forms import Form, PageQuery, Query
from common.roles import Role

M = TypeVar("M", bound=Model)
F = TypeVar("F", bound=Callable[..., Any])

METHODS: Final = ("get", "post", "put", "patch", "delete")


def operation(name: str, *, role: Role, **schema: Any) -> Callable[[F], F]:
    """Declares a method of a view as an operation of the API: its name, who may call it, and `extend_schema`'s words.

    The one place where a role is said: `accounts.api.permissions` enforces it, the schema has it as `x-role`.
    """

    def declare(method: F) -> F:
        declared: Any = extend_schema(operation_id=name, extensions={"x-role": role.value}, **schema)(method)
        declared.operation, declared.role = name, role
        return declared

    return declare


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

    @classmethod
    def operations(cls) -> dict[str, Role]:
        """Names of its operations, each with the role that it needs."""
        methods: Iterator[Any] = (getattr(cls, method, None) for method in METHODS)
        return {each.operation: each.role for each in methods if hasattr(each, "operation")}

    def role_of(self, method: str) -> Role:
        """What a call by this HTTP method needs. Raises ImproperlyConfigured for one that nobody declared."""
        handler = getattr(self, "get" if method == "HEAD" else method.lower(), None)
        if handler is None or method == "OPTIONS":
            # That a method is not allowed here may be known to whoever may call one that is.
            return next(role for role in Role if role in self.operations().values())
        role = getattr(handler, "role", None)
        if not isinstance(role, Role):
            raise ImproperlyConfigured(f"{type(self).__name__}.{method.lower()} declares no role; use @operation")
        return role

    @property
    def asked(self) -> Mapping[str, Any]:
        """The checked values of the body."""
        values: Mapping[str, Any] = self.body.validated_data
        return values


class ListView(ApiView, generics.ListAPIView[M]):
    """`sorts` names columns by which its rows may be sorted, `search_in` those in which `search` looks."""

    queries: ClassVar[Mapping[str, type[Query]]] = {"get": PageQuery}
    sorts: ClassVar[Mapping[str, str]] = {}
    search_in: ClassVar[Sequence[str]] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        base = cls.queries["get"]
        if not issubclass(base, PageQuery):
            raise ImproperlyConfigured(f"{cls.__name__}: the query of a list is a PageQuery")
        cls.queries = {**cls.queries, "get": lists.query_of(base, cls.sorts, cls.search_in)}

    def filter_queryset(self, queryset: Any) -> Any:
        return lists.searched(super().filter_queryset(queryset), self.search_in, self.query.get("search", ""))
