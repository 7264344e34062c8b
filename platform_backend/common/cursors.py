"""Opaque marks of a place in a list: signed, and bound to that list and its filters. None can be made up."""

import base64
import hmac
import json
from collections.abc import Sequence
from typing import Final

from django.utils.crypto import salted_hmac

from common.errors import UserError, said

SALT: Final = "common.cursors"
SIGNATURE_BYTES: Final = 12
LONGEST: Final = 1000

Place = Sequence[int | str]  # what the rows are ordered by, of the last row seen


def encode(place: Place, *, of: str) -> str:
    """`of` names the list with its filters."""
    content = json.dumps(list(place), separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_signature(content, of) + content).decode().rstrip("=")


def decode(cursor: str, *, of: str) -> list[int | str]:
    """The place. Raises UserError for everything that `encode` did not give for this list and these filters."""
    try:
        sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise not_of_this_list() from None
    signature, content = sealed[:SIGNATURE_BYTES], sealed[SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(content, of)):
        raise not_of_this_list()
    place: list[int | str] = json.loads(content)
    return place


def not_of_this_list() -> UserError:
    text = "The cursor is not one that this list gave for these filters; begin again without it."
    message = said("cursor.foreign", text)
    return UserError(message, fields={"cursor": ["not a cursor of this list and these filters"]})


def _signature(content: bytes, of: str) -> bytes:
    return salted_hmac(SALT, of.encode() + b"\0" + content, algorithm="sha256").digest()[:SIGNATURE_BYTES]
