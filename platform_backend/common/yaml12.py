"""YAML as version 1.2's core schema reads it. Whatever version 1.1 reads differently is refused, with path and line.

PyYAML reads 1.1, other programs 1.2: to the one 010 is 8 and 1:30 is 90, to the other they are 10 and a text. Nobody
means the one who can be read as the other. Tags and keys that stand twice are refused too.
"""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

_TAG: Final = "tag:yaml.org,2002:"
_CORE: Final = {
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    "float": (
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
}
_OCTAL_OR_NOT: Final = re.compile(r"[-+]?0[0-9]+")
_PLAINLY: Final = "write the number plainly in digits, or put it in quotes if a text is meant"
_INSTEAD: Final = {
    f"{_TAG}int": _PLAINLY,
    f"{_TAG}float": _PLAINLY,
    f"{_TAG}bool": "write true or false, or put it in quotes if a text is meant",
    f"{_TAG}timestamp": "put it in quotes if a text is meant",
}
_VERSION_1_1: Final = yaml.SafeLoader("")


class Refused(yaml.MarkedYAMLError):
    """Valid YAML that nothing here needs."""


@dataclass(frozen=True, slots=True)
class Doubt:
    path: str  # keys and positions, joined by dots
    line: int
    column: int
    what: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.what}"


class Doubtful(yaml.YAMLError):
    """Values that versions of YAML read differently."""

    def __init__(self, doubts: Sequence[Doubt]) -> None:
        super().__init__("; ".join(f"{doubt.path}: {doubt}" for doubt in doubts))
        self.doubts = doubts


class Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, Any] = {}

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._path: list[str] = []
        self._doubts: list[Doubt] = []

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        if getattr(event, "tag", None):
            raise Refused(problem=f"tags ({event.tag}) are not read", problem_mark=event.start_mark)
        if index is not None:
            self._path.append(str(index.value if isinstance(index, yaml.ScalarNode) else index))
        node = super().compose_node(parent, index)
        if isinstance(node, yaml.ScalarNode) and node.style is None:
            is_key = parent is not None and index is None
            self._doubt(node, ".".join([*self._path, node.value] if is_key else self._path))
        if index is not None:
            self._path.pop()
        return node

    def construct_document(self, node: Any) -> Any:
        if self._doubts:
            raise Doubtful(self._doubts)
        return super().construct_document(node)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise Refused(problem="a key that is no plain text", problem_mark=key.start_mark)
            if key.value in seen:
                raise Refused(problem=f"key {key.value!r} a second time", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)

    def _doubt(self, node: yaml.ScalarNode, path: str) -> None:
        before = _VERSION_1_1.resolve(yaml.ScalarNode, node.value, (True, False))
        instead = _INSTEAD.get(before) if before != node.tag else None
        if _OCTAL_OR_NOT.fullmatch(node.value):
            instead = _PLAINLY
        if instead:
            mark, what = node.start_mark, f"versions of YAML read {node.value!r} differently; {instead}"
            self._doubts.append(Doubt(path, mark.line + 1, mark.column + 1, what))


for _name, (_pattern, _begins) in _CORE.items():
    Loader.add_implicit_resolver(_TAG + _name, re.compile(rf"(?:{_pattern})\Z"), _begins)


def load(text: str, kind: type[Loader] = Loader) -> Any:
    """The content of its one document. Raises YAMLError; ValueError for a number of thousands of digits."""
    loader = kind(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


@dataclass(frozen=True, slots=True)
class Position:
    line: int  # from 1
    column: int  # from 1


def positions(text: str, kind: type[Loader] = Loader) -> dict[str, Position]:
    """Where each value is written, by its path: a key's where the key is, an item's where the item begins.

    Of a text that `load` has read.
    """
    loader = kind(text)
    try:
        root = loader.get_single_node()
    finally:
        loader.dispose()
    found: dict[str, Position] = {}
    if root is not None:
        _collect(root, "", root.start_mark, found)
    return found


def _collect(node: yaml.Node, path: str, mark: Any, found: dict[str, Position]) -> None:
    found[path] = Position(mark.line + 1, mark.column + 1)
    inner = f"{path}." if path else ""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _collect(value, f"{inner}{key.value}", key.start_mark, found)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _collect(item, f"{inner}{index}", item.start_mark, found)


def one_line(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}"
    return " ".join(str(error).split())
