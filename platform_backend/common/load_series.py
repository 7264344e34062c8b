"""What a load is replayed from: a text file with one number a line, in any unit."""

import math
from pathlib import Path
from typing import Final

FEWEST, MOST = 2, 1440
LARGEST_BYTES: Final = 100_000
EXPECTED: Final = f"expected {FEWEST} to {MOST} numbers, none below 0 and not all of them 0, one a line"


def read_series(path: Path) -> list[float]:
    """Empty lines and lines that begin with # do not count. Raises ValueError, in words that name the file."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise ValueError(f"{path} is longer than {LARGEST_BYTES} bytes; {EXPECTED}")
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ValueError(f"{path} can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path} is no text; {EXPECTED}") from None
    numbered = [(number, line.strip()) for number, line in enumerate(lines, 1)]
    series = [_number(path, number, line) for number, line in numbered if line and not line.startswith("#")]
    if not FEWEST <= len(series) <= MOST or not any(series):
        raise ValueError(f"{path} has {len(series)} numbers; {EXPECTED}")
    return series


def _number(path: Path, number: int, line: str) -> float:
    try:
        value = float(line)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"{path}, line {number}: {line[:40]!r} is not a number from 0 on")
    return value
