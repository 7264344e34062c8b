"""Checked fields of requests: dataclass fields that say what they accept, and `parse` that names the wrong one.

By hand, because a validation library would take 7 MB of the controller for these few checks.
"""

import dataclasses
import math
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, TypeVar

CHECK: Final = "check"

T = TypeVar("T")
Check = Callable[[Any], str]  # what was expected; empty when the value is fine


class Invalid(Exception):
    """One line: the field, and what was expected of it."""


def number(low: float, high: float, *, default: Any = dataclasses.MISSING) -> Any:
    def check(value: Any) -> str:
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        return "" if is_number and low <= value <= high else f"expected a number from {low} to {high}"

    return _field(check, default)


def integer(low: int, high: int, *, default: Any = dataclasses.MISSING) -> Any:
    def check(value: Any) -> str:
        is_integer = isinstance(value, int) and not isinstance(value, bool)
        return "" if is_integer and low <= value <= high else f"expected a whole number from {low} to {high}"

    return _field(check, default)


def text(pattern: str, expected: str, *, default: Any = dataclasses.MISSING) -> Any:
    compiled = re.compile(pattern)
    return _field(lambda value: "" if isinstance(value, str) and compiled.fullmatch(value) else expected, default)


def some_of(names: Collection[str]) -> Any:
    """A list of these names, by default empty."""

    def check(value: Any) -> str:
        is_list = isinstance(value, list) and all(isinstance(item, str) and item in names for item in value)
        return "" if is_list else f"expected a list of {', '.join(names)}"

    return dataclasses.field(default_factory=list, metadata={CHECK: check})


def is_names(value: Any) -> str:
    is_list = isinstance(value, list) and value and all(isinstance(item, str) for item in value)
    return "" if is_list else "expected a list of at least one name"


def is_mapping(value: Any) -> str:
    return "" if isinstance(value, dict) else "expected an object"


def parse(kind: type[T], raw: Mapping[str, Any], *, prefix: str = "") -> T:
    """An instance of `kind`. Raises Invalid."""
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for name in raw:
        if name not in fields:
            raise Invalid(f"{prefix}{name}: not known here; choose of: {', '.join(fields) or 'none'}")
    for name, field in fields.items():
        if name in raw:
            _check(f"{prefix}{name}", raw[name], field)
        elif field.default is field.default_factory is dataclasses.MISSING:
            raise Invalid(f"{prefix}{name}: is missing")
    return kind(**raw)


def _field(check: Check, default: Any) -> Any:
    return dataclasses.field(default=default, metadata={CHECK: check})


def _check(name: str, value: Any, field: "dataclasses.Field[Any]") -> None:
    expected = field.metadata[CHECK](value)
    if expected:
        raise Invalid(f"{name}: {expected}, not {value!r}")
