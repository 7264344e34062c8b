"""The one error of this package: what is wrong with a dataset, where exactly, and what to do."""

from typing import Final

AGAIN: Final = "download or build the dataset again"


class DatasetError(Exception):
    """`file` is a path inside the dataset (or the archive itself), `line` counts from 1, `offset` is in bytes from 0.

    `line` is of a text file and `offset` of a binary one; either may be None where there is no such place.
    """

    def __init__(
        self, problem: str, *, file: str = "", line: int | None = None, offset: int | None = None, hint: str = AGAIN
    ) -> None:
        self.problem = problem
        self.file = file
        self.line = line
        self.offset = offset
        self.hint = hint
        super().__init__(self._text())

    def _text(self) -> str:
        places = [self.file] if self.file else []
        if self.line is not None:
            places.append(f"line {self.line}")
        if self.offset is not None:
            places.append(f"byte {self.offset}")
        where = ", ".join(places)
        return f"{where}: {self.problem}; {self.hint}" if where else f"{self.problem}; {self.hint}"

    def __reduce__(self) -> tuple[object, ...]:
        """Errors cross process boundaries in workers: keep every attribute."""
        return _rebuild, (self.problem, self.file, self.line, self.offset, self.hint)


def _rebuild(problem: str, file: str, line: int | None, offset: int | None, hint: str) -> DatasetError:
    return DatasetError(problem, file=file, line=line, offset=offset, hint=hint)
