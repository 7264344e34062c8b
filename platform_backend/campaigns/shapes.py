"""What a campaign's data are for, and the pauses and durations that fit that when its file names none."""

from collections.abc import Mapping
from typing import Any, Final, Literal

Shape = Literal["rca", "detection", "quick"]
# In seconds.
SHAPES: Final[Mapping[str, Mapping[str, float]]] = {
    # Each fault between enough normal time to tell it by: for root-cause analysis of single cases.
    "rca": {"warm_up": 60, "duration": 60, "normal_before": 120, "normal_after": 120, "pause_jitter": 30},
    # Short faults at times that nobody can guess, in much more normal time: for detectors.
    "detection": {"warm_up": 60, "duration": 30, "normal_before": 180, "normal_after": 60, "pause_jitter": 180},
    # To try things out; too short for cases that are worth anything.
    "quick": {"warm_up": 30, "duration": 20, "normal_before": 10, "normal_after": 20, "pause_jitter": 5},
}
# Files of before there were shapes keep the pauses that they had.
WITH_COOL_DOWN: Final[Mapping[str, float]] = {"warm_up": 30, "duration": 30, "normal_before": 0, "pause_jitter": 0}


def with_defaults(content: Mapping[str, Any]) -> dict[str, Any]:
    """What a file leaves out, by its shape. Whatever is wrong in it stays as it is, for the check to find.

    Raises ValueError for a file that speaks of its pauses in the older and in the newer way.
    """
    if content.get("cool_down") is None:
        shape = content.get("shape", "rca")
        return {**SHAPES.get(shape if isinstance(shape, str) else "", SHAPES["rca"]), **content}
    if both := sorted({"normal_before", "normal_after"} & set(content)):
        raise ValueError(f"cool_down is the older word for normal_after; leave it out beside {' and '.join(both)}")
    return {**WITH_COOL_DOWN, "normal_after": content["cool_down"], **content}
