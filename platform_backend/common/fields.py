"""Fields of requests. Nothing is coerced: "5" is not 5, true is not 1, 1 is not "1". Every number and time has bounds.

A query string holds text alone, so there, and only there, fields read their values from text (`Form.from_text`).
"""

import math
import re
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core.validators import EmailValidator
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from common import moments, names
from common.plain import shown

INT64: Final = (1 << 63) - 1
EXACT: Final = 1 << 53  # whole numbers below it are exact in JSON's floating point too
_WHOLE: Final = re.compile(r"-?[0-9]{1,19}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Text(serializers.CharField):
    default_error_messages = {"invalid": "expected a string, not {shown}"}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid", shown=shown(data))
        if self.max_length is not None and len(data) > self.max_length:  # as it was sent, before blanks are cut off
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)


class Email(Text):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=254, **options)
        self.validators.append(EmailValidator("is no e-mail address"))


class Integer(serializers.IntegerField):
    default_error_messages = {"invalid": "expected a whole number, not {shown}"}

    def __init__(self, *, min_value: int = -INT64 - 1, max_value: int = INT64, **options: Any) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **options)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, str) and reads_text(self) and _WHOLE.fullmatch(data):
            return int(data)
        if isinstance(data, int) and not isinstance(data, bool):
            return data
        if isinstance(data, float) and data.is_integer() and abs(data) < EXACT:  # JSON's 5.0 is the number 5
            return int(data)
        self.fail("invalid", shown=shown(data))


class Number(serializers.FloatField):
    """Finite."""

    default_error_messages = {"invalid": "expected a number, not {shown}"}

    def to_internal_value(self, data: Any) -> float:
        is_number = isinstance(data, int | float) and not isinstance(data, bool)
        is_text = isinstance(data, str) and reads_text(self) and _NUMBER.fullmatch(data)
        if not is_number and not is_text:
            self.fail("invalid", shown=shown(data))
        try:
            value = float(data)
        except OverflowError:
            value = math.inf
        if not math.isfinite(value):
            self.fail("invalid", shown=shown(data))
        return value


class Flag(serializers.BooleanField):
    default_error_messages = {"invalid": "expected true or false, not {shown}"}
    default_empty_html = empty  # an absent parameter is absent, and not false

    def to_internal_value(self, data: Any) -> bool:
        if reads_text(self) and data in ("true", "false"):
            return bool(data == "true")
        if not isinstance(data, bool):
            self.fail("invalid", shown=shown(data))
        return data


class Choice(serializers.ChoiceField):
    default_error_messages = {"invalid_choice": "{input} is {text}"}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or data not in self.choices:
            self.fail("invalid_choice", input=shown(data), text=names.unknown(str(data), list(self.choices)))
        return data


class Uuid(serializers.UUIDField):
    default_error_messages = {"invalid": "expected a UUID, not {shown}"}

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str) or not _UUID.fullmatch(data):
            self.fail("invalid", shown=shown(data))
        return UUID(data)


@extend_schema_field({"oneOf": [{"type": "integer", "format": "int64"}, {"type": "string", "format": "date-time"}]})
class Moment(serializers.Field):
    """A time, as UTC microseconds."""

    def to_internal_value(self, data: Any) -> int:
        try:
            if isinstance(data, str):
                return moments.of_query(data) if reads_text(self) else moments.of_text(data)
            if isinstance(data, int) and not isinstance(data, bool):
                return moments.of_number(data)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None
        raise serializers.ValidationError(f"{moments.EXPECTED}; not {shown(data)}")

    def to_representation(self, value: int) -> int:
        return value


class Instant(Moment):
    """A time, as a datetime."""

    def to_internal_value(self, data: Any) -> datetime:  # type: ignore[override]  # of the same inputs
        return moments.as_datetime(super().to_internal_value(data))

    def to_representation(self, value: datetime) -> int:  # type: ignore[override]
        return moments.microseconds(value)


def reads_text(field: serializers.Field) -> bool:
    return bool(getattr(field.root, "from_text", False))
