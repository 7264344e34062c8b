"""Times without faults in short steps, so that a bad minute of an hour is found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from dataset_builder.labels import MICROSECONDS
from telemetry_store.window import Window

Numbers = npt.NDArray[np.int64]
LENGTHS_S: Final = (10, 20, 30, 60, 120, 300)
MOST: Final = 3000


@dataclass(frozen=True)
class Steps:
    """In order of time and disjoint: from each start to its end. `of` is the place of the window of each."""

    starts: Numbers
    ends: Numbers
    of: Numbers
    length_s: int

    @classmethod
    def within(cls, windows: Sequence[Window]) -> Self:
        """The shortest steps of which there are not too many; the last of a window may be half as long, or longer."""
        total = sum(each.end - each.start for each in windows) / MICROSECONDS
        length = next((each for each in LENGTHS_S if total <= each * MOST), LENGTHS_S[-1])
        edges = [_edges(each, length * MICROSECONDS) for each in windows]
        return cls(
            starts=np.array([start for each in edges for start in each[:-1]], np.int64),
            ends=np.array([end for each in edges for end in each[1:]], np.int64),
            of=np.array([place for place, each in enumerate(edges) for _ in each[1:]], np.int64),
            length_s=length,
        )

    def __len__(self) -> int:
        return len(self.starts)

    def at(self, times: Numbers) -> Numbers:
        """The step of each moment; -1 outside of all."""
        places = np.searchsorted(self.starts, times, side="right") - 1
        inside = (places >= 0) & (times < self.ends[np.maximum(places, 0)]) if len(self) else np.zeros(len(times), bool)
        return np.where(inside, places, -1)

    def touch(self, start: int, end: int) -> bool:
        """Whether any of them has time of [start, end]."""
        place = int(np.searchsorted(self.ends, start, side="right"))
        return place < len(self) and int(self.starts[place]) <= end


def _edges(window: Window, length: int) -> list[int]:
    count = max(1, round((window.end - window.start) / length))
    return [window.start + number * length for number in range(count)] + [window.end]
