"""JSON files of a dataset, and typed access to their values; every error names the place."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from microservo_sdk.container import Container, read_whole
from microservo_sdk.errors import DatasetError
from microservo_sdk.moments import EXPECTED, is_possible


def read_text(container: Container, name: str) -> str:
    content = read_whole(container, name)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DatasetError("not UTF-8", file=name, line=line, offset=error.start) from error


def read_json(container: Container, name: str) -> Any:
    try:
        return json.loads(read_text(container, name))
    except json.JSONDecodeError as error:
        raise DatasetError(
            f"not JSON: {error.msg} at column {error.colno}", file=name, line=error.lineno, offset=error.pos
        ) from error
    except (RecursionError, ValueError) as error:  # ValueError: a number of thousands of digits
        raise DatasetError(f"not JSON that can be read: {type(error).__name__}", file=name) from error


@dataclass(frozen=True, slots=True)
class Node:
    """A value in a JSON file, and where it stands there."""

    value: Any
    file: str
    place: str = ""

    def get(self, key: str) -> "Node":
        """Raises when this is no object, or has no such key."""
        if key not in self.object():
            raise self.wrong(f"{key!r} is missing")
        return Node(self.value[key], self.file, f"{self.place}.{key}" if self.place else key)

    def find(self, key: str, default: Any = None) -> "Node":
        place = f"{self.place}.{key}" if self.place else key
        return Node(self.object().get(key, default), self.file, place)

    def object(self) -> Mapping[str, Any]:
        if not isinstance(self.value, dict):
            raise self.expected("an object")
        return self.value

    def items(self) -> "list[Node]":
        if not isinstance(self.value, list):
            raise self.expected("a list")
        return [Node(value, self.file, f"{self.place}[{index}]") for index, value in enumerate(self.value)]

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.expected("a text")
        return self.value

    def text_or_none(self) -> str | None:
        return None if self.value is None else self.text()

    def number(self) -> float:
        if not isinstance(self.value, int | float) or isinstance(self.value, bool):
            raise self.expected("a number")
        return self.value

    def integer(self) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.expected("an integer")
        return self.value

    def moment(self, unit: str = "microseconds") -> int:
        """As it stands there: microseconds, or seconds, since 1970."""
        if not is_possible(self.integer(), unit):
            raise self.expected(f"{EXPECTED} in {unit}")
        return int(self.value)

    def moment_or_none(self) -> int | None:
        return None if self.value is None else self.moment()

    def integer_or_none(self) -> int | None:
        return None if self.value is None else self.integer()

    def count_or_none(self) -> int | None:
        return None if self.value is None else self.count()

    def count(self) -> int:
        """An integer of zero or more."""
        if self.integer() < 0:
            raise self.expected("a number of zero or more")
        return int(self.value)

    def expected(self, what: str) -> DatasetError:
        return self.wrong(f"expected {what}, found {json.dumps(self.value)[:80]}")

    def wrong(self, problem: str) -> DatasetError:
        return DatasetError(f"{self.place}: {problem}" if self.place else problem, file=self.file)
