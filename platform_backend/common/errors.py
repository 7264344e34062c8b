"""The two error families: what a user can act on, and everything else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

PLAIN: Final = (str, int, float, bool, type(None))


class Said(str):
    """English, and what a client needs to say the same in its user's language: a stable code, and what fills it in."""

    code: str
    params: Mapping[str, Any]

    def __new__(cls, text: str, code: str, params: Mapping[str, Any]) -> Self:
        made = super().__new__(cls, text)
        made.code, made.params = code, params
        return made


def said(code: str, text: str, /, **params: Any) -> Said:
    """`text` is a format of `params`. A code once given keeps its meaning; guides/error-codes.md lists them all."""
    plain = {name: value if isinstance(value, PLAIN) else str(value) for name, value in params.items()}
    return Said(text.format(**params), code, plain)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a text that was sent something is wrong. `path`: keys and positions joined by dots; lines and columns
    count from 1, and are None where there was no text but its content.
    """

    path: str
    message: str
    line: int | None = None
    column: int | None = None


class UserError(Exception):
    """Shown as it is: what is wrong, where, and what to do. `fields` names errors per input field, `places` where in a
    text they are.
    """

    status = 400

    def __init__(
        self, message: str, *, fields: dict[str, list[str]] | None = None, places: Sequence[Place] = ()
    ) -> None:
        super().__init__(message)
        self.message = message if isinstance(message, Said) else Said(message, "other", {})
        self.fields = fields or {}
        self.places = places


class Forbidden(UserError):
    """Who asks may not do this, whatever state the thing is in."""

    status = 403


class NotFound(UserError):
    """The thing named does not exist."""

    status = 404


class Conflict(UserError):
    """The thing is in a state that does not allow this now."""

    status = 409


class Gone(UserError):
    """The thing named has existed, and does no more."""

    status = 410


class TooLarge(UserError):
    """More was sent than is accepted."""

    status = 413


class Unavailable(UserError):
    """A part of the platform is out of reach for the moment; trying again may help."""

    status = 503
