"""YAML text to a campaign. What a file could use to surprise is refused: aliases, great size and depth, odd numbers."""

from typing import Any, Final

import yaml

from campaigns.schema import CampaignFile, validate
from common import yaml12
from common.errors import UserError, said

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
    """Raises UserError that names the line or the path."""
    return validate(parse(text))


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
        raise UserError(
            said("campaign.not_yaml", "The campaign is not valid YAML: {detail}", detail=yaml12.one_line(error))
        ) from None


def _doubtful(error: yaml12.Doubtful) -> UserError:
    fields: dict[str, list[str]] = {}
    for doubt in error.doubts:
        fields.setdefault(doubt.path or "campaign", []).append(str(doubt))
    return UserError(said("campaign.invalid", "The campaign is not valid; see errors."), fields=fields)
