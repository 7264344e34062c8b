"""What requests carry: nothing is dropped, nothing is coerced, everything has bounds, and the schema says so."""

from typing import Any, Final

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import serializers
from rest_framework.test import APIClient

from common import fields, names
from common.fields import INT64
from common.forms import Form, Query
from common.views import ApiView
from datasets.api.serializers import KnobsField
from telemetry import services
from telemetry.adapters.fake import FakeTelemetry
from tests.backend.common.described import Operation, objects, operations

OPERATIONS: Final = [pytest.param(each, id=str(each)) for each in operations()]
WITH_BODY: Final = [pytest.param(each, id=str(each)) for each in operations() if each.body]
WITHOUT_BODY: Final = [
    pytest.param(each, id=str(each))
    for each in operations()
    if each.method in ("post", "put", "patch", "delete") and "requestBody" not in each.described
]
STRICT: Final = (
    fields.Text,
    fields.Integer,
    fields.Number,
    fields.Flag,
    fields.Choice,
    fields.Uuid,
    fields.Moment,
    serializers.DictField,  # takes objects alone; what is in it is checked by whom it is for
    KnobsField,
)


class Inner(Form):
    at = fields.Moment(required=False)
    time_zone = fields.Text(required=False)


class Outer(Form):
    schedule = Inner(required=False)
    steps = Inner(many=True, required=False)
    name = fields.Text(required=False)
    count = fields.Integer(required=False)
    share = fields.Number(required=False)
    keep = fields.Flag(required=False)
    kind = fields.Choice(choices=("pod-kill", "cpu-stress"), required=False)
    id = fields.Uuid(required=False)
    names = serializers.ListField(child=fields.Text(), required=False)


class Asked(Query):
    count = fields.Integer(required=False, min_value=1, max_value=9)
    share = fields.Number(required=False)
    keep = fields.Flag(required=False)
    name = fields.Text(required=False, allow_blank=True)
    kinds = serializers.ListField(child=fields.Text(), required=False)


def errors(form: Form) -> dict[str, Any]:
    assert not form.is_valid()
    return dict(form.errors)


@pytest.mark.parametrize(
    ("body", "path", "said"),
    [
        ({"schedul": {}}, ("schedul",), 'unknown; did you mean "schedule"?'),
        ({"Name": "x"}, ("Name",), 'unknown; did you mean "name"?'),
        ({"zzz": 1}, ("zzz",), "unknown; expected one of: schedule, steps, name"),
        ({"schedule": {"timezone": "UTC"}}, ("schedule", "timezone"), 'unknown; did you mean "time_zone"?'),
        ({"schedule": {"at": "x", "tz": 1}}, ("schedule", "tz"), "unknown; expected one of: at, time_zone"),
        ({"steps": [{}, {"att": 1}]}, ("steps", 1, "att"), 'unknown; did you mean "at"?'),
        ({"name": 1, "cout": 1}, ("cout",), 'unknown; did you mean "count"?'),
    ],
)
def test_a_key_that_is_not_known_is_refused_with_the_nearest(body: Any, path: tuple[Any, ...], said: str) -> None:
    found: Any = errors(Outer(data=body))
    for part in path:
        found = found[part]
    assert found[0].startswith(said)


def test_unknown_keys_do_not_hide_what_else_is_wrong() -> None:
    assert set(errors(Outer(data={"count": "x", "cout": 1, "schedule": {"at": "x", "tz": 1}}))) == {
        "count",
        "cout",
        "schedule",
    }


def test_many_long_unknown_keys_make_no_long_answer() -> None:
    found = errors(Outer(data={f"{number}{'k' * 10_000}": 1 for number in range(1000)}))
    assert len(str(found)) < 20_000


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("name", [1, 1.5, True, ["x"], {}, None]),
        ("count", ["5", "", True, False, 1.5, [1], None, 2**63, -(2**70), 1e300, 2.0**60]),
        ("share", ["0.5", True, [0.5], None, 10**400, float("inf"), float("nan")]),
        ("keep", ["true", "on", 1, 0, None, [True]]),
        ("kind", ["pod-kil", 1, True, None, ["pod-kill"]]),
        ("id", [1, "x", "0d7e42d46d2c4f4e9d3a2b9f5c1e8a77", "{0d7e42d4-6d2c-4f4e-9d3a-2b9f5c1e8a77}", None]),
        ("names", ["x", {"a": 1}, 1, None, [1], [None]]),
        ("schedule", [{"at": value} for value in ("1767603600000000", True, 1.5, None, "2026-01-05", 2**70, -1)]),
    ],
)
def test_nothing_is_coerced_and_everything_has_bounds(name: str, values: list[Any]) -> None:
    for value in values:
        assert set(errors(Outer(data={name: value}))) == {name}, value


def test_right_values_pass_as_they_are() -> None:
    body = {
        "name": "x",
        "count": INT64,
        "share": 1,
        "keep": False,
        "kind": "pod-kill",
        "id": "0d7e42d4-6d2c-4f4e-9d3a-2b9f5c1e8a77",
        "names": ["a"],
        "schedule": {"at": 5},
    }
    form = Outer(data=body)
    assert form.is_valid(), form.errors
    assert dict(form.validated_data) | {"id": body["id"]} == body
    assert Outer(data={"count": 5.0}).is_valid()  # JSON has one kind of number


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("cont=1", "cont"),
        ("count=1&count=2", "count"),
        ("count=", "count"),
        ("count=0", "count"),
        ("count=1.0", "count"),
        ("count=%D9%A3", "count"),
        ("share=nan", "share"),
        ("share=inf", "share"),
        ("share=1e999", "share"),
        ("share=1_0", "share"),
        ("keep=True", "keep"),
        ("keep=1", "keep"),
        ("keep=", "keep"),
        ("name=a&name=b", "name"),
        ("kinds=", "kinds"),
    ],
)
def test_query_strings_are_parsed_and_nothing_of_them_is_dropped(query: str, name: str) -> None:
    assert list(errors(Asked(data=QueryDict(query)))) == [name]


def test_a_query_string_gives_values_of_their_types() -> None:
    form = Asked(data=QueryDict("count=5&share=-2.5e1&keep=true&name=&kinds=a&kinds=b"))
    assert form.is_valid(), form.errors
    assert form.validated_data == {"count": 5, "share": -25.0, "keep": True, "name": "", "kinds": ["a", "b"]}
    absent = Asked(data=QueryDict(""))
    assert absent.is_valid()
    assert absent.validated_data == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(list(Outer().fields)) | st.text(max_size=9), JSON) | JSON)
def test_no_body_breaks_a_form(body: Any) -> None:
    form = Outer(data=body)
    assert form.is_valid() or form.errors


@given(st.dictionaries(st.sampled_from(list(Asked().fields)) | st.text(max_size=9), st.text(max_size=9)))
def test_no_query_string_breaks_a_form(values: dict[str, str]) -> None:
    query = QueryDict(mutable=True)
    query.update(values)
    form = Asked(data=query)
    assert form.is_valid() or form.errors


@given(st.text(max_size=300), st.lists(st.text(max_size=20)))
def test_a_name_that_is_not_known_is_always_told_so(name: str, known: list[str]) -> None:
    assert names.unknown(name, known).startswith("unknown; ")


def forms(base: type[Form] = Form) -> list[type[Form]]:
    return [each for sub in base.__subclasses__() for each in (sub, *forms(sub))]


def test_forms_have_strict_fields_alone() -> None:
    """Of Django REST framework's own, many turn "5" into 5 and 1 into "1"."""
    own = [form for form in forms() if not form.__module__.startswith("tests.")]
    assert len(own) > 15
    for form in own:
        for name, field in form().fields.items():
            child = field.child if isinstance(field, serializers.ListField | serializers.ListSerializer) else field
            assert isinstance(child, (*STRICT, Form)), f"{form.__name__}.{name}"


def test_every_view_of_the_api_is_strict() -> None:
    from django.urls import URLPattern, get_resolver

    def views(patterns: Any) -> list[Any]:
        return [
            found
            for each in patterns
            for found in ([each.callback] if isinstance(each, URLPattern) else views(each.url_patterns))
        ]

    [api] = [each for each in get_resolver().url_patterns if str(each.pattern) == "api/v1/"]
    found = views(api.url_patterns)
    assert len(found) > 30
    assert [view.cls for view in found if not issubclass(view.cls, ApiView)] == []


@pytest.mark.parametrize("operation", WITH_BODY)
def test_the_schema_says_that_bodies_hold_nothing_else(operation: Operation) -> None:
    assert operation.body is not None
    loose = [path for path, each in objects(operation.body) if each.get("additionalProperties") is not False]
    assert loose == []


@pytest.fixture
def root(api: APIClient, admin: Any, driver: Any, monkeypatch: pytest.MonkeyPatch) -> APIClient:
    monkeypatch.setattr(services, "telemetry_source", FakeTelemetry)
    api.force_authenticate(admin)
    return api


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_refuses_a_parameter_that_it_does_not_know(root: APIClient, operation: Operation) -> None:
    near = next(iter(operation.parameters), "level")
    wrong = f"{near}_"
    answer = root.generic(operation.method.upper(), f"{operation.address}?{wrong}=1", content_type="application/json")
    assert answer.status_code == 400, answer.content
    # What it must have, and here has not, may be named too.
    assert [name for name in answer.json()["errors"] if name not in operation.parameters] == [wrong]
    assert (f'did you mean "{near}"?' in str(answer.json())) == bool(operation.parameters)


@pytest.mark.parametrize("operation", WITH_BODY)
def test_every_body_refuses_a_key_that_it_does_not_know(root: APIClient, operation: Operation) -> None:
    assert operation.body is not None
    near = next(iter(operation.body["properties"]))
    answer = root.generic(operation.method.upper(), operation.address, f'{{"{near}_": 1}}', "application/json")
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][f"{near}_"][0].endswith(f'; did you mean "{near}"?')


@pytest.mark.parametrize("operation", WITHOUT_BODY)
def test_what_takes_no_body_refuses_its_keys(root: APIClient, operation: Operation) -> None:
    answer = root.generic(operation.method.upper(), operation.address, '{"reason": 1}', "application/json")
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"] == {"reason": ["unknown; nothing is expected here"]}


def test_the_parameter_of_the_field_case(root: APIClient) -> None:
    """`?level=ERROR` once gave INFO too: the parameter is called `levels`."""
    answer = root.get("/api/v1/telemetry/logs", {"level": "ERROR"})
    assert answer.json()["errors"] == {"level": ['unknown; did you mean "levels"?']}
    assert root.get("/api/v1/telemetry/logs", {"levels": "EROR"}).status_code == 400
