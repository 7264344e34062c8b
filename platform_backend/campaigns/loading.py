"""YAML text to a campaign. What a file could use to surprise is refused: aliases, keys twice, great size."""

from collections.abc import Hashable
from typing import Any, Final

import yaml

from campaigns.schema import CampaignFile, validate
from common.errors import UserError

LARGEST_BYTES: Final = 256 * 1024
DEEPEST: Final = 20


class _Refused(yaml.MarkedYAMLError):
    """Valid YAML that no campaign needs."""


class _Loader(yaml.SafeLoader):
    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise _Refused(problem="aliases (*name) are not read", problem_mark=self.peek_event().start_mark)
        self._depth += 1
        if self._depth > DEEPEST:
            raise _Refused(problem="nested too deep", problem_mark=self.peek_event().start_mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _Refused(problem="a key that is no plain text", problem_mark=key.start_mark)
            if key.value in seen:
                raise _Refused(problem=f"key {key.value!r} a second time", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def load(text: str) -> CampaignFile:
    """Raises UserError that names the line or the path."""
    return validate(parse(text))


def parse(text: str) -> Any:
    """The text's plain content."""
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST_BYTES:
        raise UserError(f"The campaign has more than {LARGEST_BYTES // 1024} kB; split it into several files.")
    loader = _Loader("")
    try:
        loader = _Loader(text)
        return loader.get_single_data()
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a date that there is not
        raise UserError(f"The campaign is not valid YAML: {_one_line(error)}") from None
    finally:
        loader.dispose()


def _one_line(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}"
    return " ".join(str(error).split())
