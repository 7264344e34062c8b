"""Campaign files as they are: YAML in the body of a request."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from campaigns.loading import LARGEST_BYTES
from common.parsers import read_body


class YamlParser(BaseParser):
    """Gives the text. Like JSON, a form of a foreign page can't send this type."""

    media_type = "application/yaml"

    def parse(  # type: ignore[override]  # the stubs know of mappings only
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> str:
        content = read_body(stream, parser_context, limit=LARGEST_BYTES)
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ParseError(f"The campaign is not UTF-8 at byte {error.start}.") from None
