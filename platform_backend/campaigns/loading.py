"""YAML text to a campaign. What a file could use to surprise is refused: aliases, great size and depth, odd numbers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import yaml

from campaigns.schema import WHOLE, CampaignFile, validate
from common import yaml12
from common.errors import Place, UserError, said

LARGEST_BYTES: Final = 256 * 1024
DEEPEST: Final = 20


class _Loader(yaml12.Loader):
    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml12.Refused(problem="aliases (*name) are not read", problem_mark=self.peek_event().start_mark)
        self._depth += 1
        if self._depth > DEEPEST:
            raise yaml12.Refused(problem="nested too deep", problem_mark=self.peek_event().start_mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


def load(text: str) -> CampaignFile:
    """Raises UserError that names the path, line and column of each mistake."""
    content = parse(text)
    with places_in(text):
        return validate(content)


@contextmanager
def places_in(text: str | None) -> Iterator[None]:
    """What is refused within gets the places of its fields in the text; without one, their paths alone."""
    try:
        yield
    except UserError as error:
        if error.fields and not error.places:
            known = yaml12.positions(text, _Loader) if text is not None else {}
            error.places = [
                _place(path, message, known) for path, messages in error.fields.items() for message in messages
            ]
        raise


def _place(path: str, message: str, known: Mapping[str, yaml12.Position]) -> Place:
    """Of what is missing, the place of what it is missing in."""
    parts = path.split(".") if path != WHOLE else []
    while parts and ".".join(parts) not in known:
        parts.pop()
    found = known.get(".".join(parts))
    place = Place(path if path != WHOLE else "", message)
    return replace(place, line=found.line, column=found.column) if found else place


def parse(text: str) -> Any:
    """The text's plain content."""
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST_BYTES:
        raise UserError(
            said(
                "campaign.too_large",
                "The campaign has more than {largest_bytes} kB; split it into several files.",
                largest_bytes=LARGEST_BYTES // 1024,
            )
        )
    try:
        return yaml12.load(text, _Loader)
    except yaml12.Doubtful as error:
        raise _doubtful(error) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a number of thousands of digits
        message = said("campaign.not_yaml", "The campaign is not valid YAML: {detail}", detail=yaml12.one_line(error))
        raise UserError(message, places=[_syntax(error)]) from None


def _syntax(error: Exception) -> Place:
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    if mark is None:
        return Place("", " ".join(str(error).split()), 1, 1)
    problem = getattr(error, "problem", None) or "not valid YAML"
    return Place("", problem, mark.line + 1, mark.column + 1)


def _doubtful(error: yaml12.Doubtful) -> UserError:
    fields: dict[str, list[str]] = {}
    for doubt in error.doubts:
        fields.setdefault(doubt.path or WHOLE, []).append(str(doubt))
    places = [Place(doubt.path, doubt.what, doubt.line, doubt.column) for doubt in error.doubts]
    return UserError(said("campaign.invalid", "The campaign is not valid; see errors."), fields=fields, places=places)
