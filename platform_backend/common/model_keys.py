"""Which keys a pydantic model would have known where it found one that it does not."""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel


def keys_beside(model: type[BaseModel], location: Sequence[int | str]) -> list[str]:
    """Those of the object whose key `location` names, as pydantic's errors do: with positions and tags of unions."""
    found = [model]
    for part in location[:-1]:
        inner = [each for outer in found for each in _models_of(outer, part)]
        found = inner or found
    return sorted({name for each in found for name in each.model_fields})


def _models_of(model: type[BaseModel], part: int | str) -> Iterator[type[BaseModel]]:
    field = model.model_fields.get(str(part))
    if field is not None:
        yield from _models_in(field.annotation)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from _models_in(each)
