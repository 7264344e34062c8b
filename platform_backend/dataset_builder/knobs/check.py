"""Whether knobs as a user wrote them make sense; every wrong one is named."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from common.errors import UserError, said
from common.names import instead

LONGEST_STEP_S: Final = 3600
LONGEST_JITTER_S: Final = 3600
MOST_SERVICES: Final = 100
SEEDS: Final = 1 << 53  # what JSON numbers hold exactly everywhere
_SERVICE: Final = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")

Reader = Callable[[Any], Any]  # raises ValueError with what was expected


def check(record: Mapping[str, Any], *, known: Sequence[str]) -> dict[str, Any]:
    """The values that are there, read. Raises UserError."""
    values: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, value in record.items():
        if name not in known:
            errors[f"knobs.{name}"] = [f"no such knob; {instead(name, known)}"]
            continue
        try:
            values[name] = READERS[name](value)
        except ValueError as error:
            errors[f"knobs.{name}"] = [str(error)]
    if errors:
        raise UserError(
            said("dataset.knobs_invalid", "The dataset's knobs can't be set like this; see errors."), fields=errors
        )
    return values


def _share(value: Any) -> float:
    return _number(value, 0, 1, "a number from 0 to 1")


def _jitter(value: Any) -> float:
    return _number(value, 0, LONGEST_JITTER_S, f"seconds, a number from 0 to {LONGEST_JITTER_S}")


def _train_fraction(value: Any) -> float | None:
    expected = "null, or a number between 0 and 1, neither of them"
    if value is None:
        return None
    share = _number(value, 0, 1, expected)
    if share in (0, 1):
        raise ValueError(f"expected {expected}")
    return share


def _step(value: Any) -> int:
    return _whole(value, LONGEST_STEP_S, f"seconds, a whole number from 0 (as sampled) to {LONGEST_STEP_S}")


def _seed(value: Any) -> int:
    return _whole(value, SEEDS - 1, f"a whole number from 0 to {SEEDS - 1}")


def _services(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or len(value) > MOST_SERVICES:
        raise ValueError(f"expected a list of at most {MOST_SERVICES} names of services")
    wrong = [each for each in value if not isinstance(each, str) or not _SERVICE.fullmatch(each)]
    if wrong:
        raise ValueError(f"expected names of services, such as cartservice; got {wrong[0]!r}")
    return tuple(sorted(set(value)))


def _number(value: Any, lowest: float, highest: float, expected: str) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not lowest <= value <= highest:
        raise ValueError(f"expected {expected}")
    return float(value)


def _whole(value: Any, highest: int, expected: str) -> int:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not is_whole or not 0 <= value <= highest:
        raise ValueError(f"expected {expected}")
    return int(value)


READERS: Final[Mapping[str, Reader]] = {
    "trace_sampling": _share,
    "log_drop": _share,
    "metric_step_s": _step,
    "missing_services": _services,
    "onset_jitter_s": _jitter,
    "train_fraction": _train_fraction,
    "seed": _seed,
}
