"""Bodies of requests: bounded in size and depth, and read in one way only."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import IO, Any, Final

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from common.errors import TooLarge, said
from common.limits import BODY_BYTES

DEEPEST: Final = 32
MANY_DIGITS: Final = 400  # a float has at most 309 before the point


class JsonParser(BaseParser):
    """RFC 8259: UTF-8, no NaN, no infinity; and no key twice, of which readers disagree which one counts."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        content = read_body(stream, parser_context, limit=BODY_BYTES)
        try:
            value = json.loads(
                content.decode("utf-8"),
                parse_constant=_refuse_constant,
                parse_int=_whole,
                parse_float=_finite,
                object_pairs_hook=_object,
            )
        except RecursionError:
            raise _too_deep() from None
        except ValueError as error:
            raise ParseError(f"The body is not valid JSON: {error}") from None
        _check(value)
        return value


def read_body(stream: IO[Any], parser_context: Mapping[str, Any] | None, *, limit: int) -> bytes:
    """Raises TooLarge before anything is read when the request announces more."""
    request = (parser_context or {}).get("request")
    announced = int(request.META.get("CONTENT_LENGTH") or 0) if request is not None else 0
    if announced > limit:
        raise _too_large(limit)
    content: bytes = stream.read(limit + 1)
    if len(content) > limit:
        raise _too_large(limit)
    return content


def _check(value: Any) -> None:
    """Refuse what is nested too deep, and text that is none. Level by level: recursion is what it protects from."""
    level = [value]
    for _ in range(DEEPEST + 1):
        inner: list[Any] = []
        for each in level:
            inner.extend(_inside(each))
        if not inner:
            return
        level = inner
    raise _too_deep()


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.keys()
        yield from value.values()
    elif isinstance(value, list):
        yield from value
    elif isinstance(value, str):
        _refuse_half_characters(value)


def _refuse_half_characters(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ParseError(f"The body has half a character (\\u{ord(text[error.start]):04x}) in a string.") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"key {json.dumps(twice[:60])} a second time")
    return found


def _whole(text: str) -> int:
    if len(text) > MANY_DIGITS:
        raise ValueError(f"a number of {len(text)} digits")
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:40]} is beyond the range of numbers")
    return value


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


def _too_deep() -> ParseError:
    return ParseError(f"The body is nested deeper than {DEEPEST} levels.")


def _too_large(limit: int) -> TooLarge:
    return TooLarge(said("request.too_large", "The body has more than {limit} kB.", limit=limit // 1024))
