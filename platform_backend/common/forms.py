"""What requests carry, in their bodies and query strings. What a form does not know is refused, never dropped.

All fields of a form come from `common.fields`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from common import fields, names

MOST_REFUSED: Final = 20
LONGEST_NAME: Final = 60


# No docstring: the API's description would repeat it for each form.
class Form(serializers.Serializer[Any]):
    from_text: ClassVar[bool] = False

    def to_internal_value(self, data: Any) -> Any:
        refused = dict(self.refused(data)) if isinstance(data, Mapping) else {}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            found = error.detail if isinstance(error.detail, dict) else {}
            raise serializers.ValidationError({**found, **refused}) from None
        if refused:
            raise serializers.ValidationError(refused)
        return values

    def refused(self, data: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
        """What is wrong with the keys themselves, by key."""
        known = [name for name, field in self.fields.items() if not field.read_only]
        unknown = [name for name in data if name not in known]
        for name in unknown[:MOST_REFUSED]:
            yield name[:LONGEST_NAME], [ErrorDetail(names.unknown(name, known), "unknown")]


class Query(Form):
    """The parameters of a query string. Lists are parameters that are given several times; no other may be."""

    from_text: ClassVar[bool] = True

    def refused(self, data: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
        yield from super().refused(data)
        for name, field in self.fields.items():
            if isinstance(field, serializers.ListField) or name not in data:
                continue
            if len(data.getlist(name)) > 1:  # type: ignore[attr-defined]  # a QueryDict
                yield name, [ErrorDetail("given more than once", "repeated")]
            elif data[name] == "" and not getattr(field, "allow_blank", False):
                yield name, [ErrorDetail("has no value", "blank")]


class PageQuery(Query):
    limit = fields.Integer(min_value=1, max_value=500, default=50, help_text="how many rows at most")
    cursor = fields.Text(max_length=1000, default=None, help_text="of the page before")
