"""What a format need not have."""

from collections.abc import Sequence
from typing import Any

from microservo_sdk.errors import DatasetError
from microservo_sdk.model import NormalWindow


class BareLayout:
    def normal_windows(self) -> list[NormalWindow]:
        return []

    def cases(self) -> Sequence[Any]:
        raise DatasetError("only rcaeval datasets have cases", hint="use injections()")

    def records(self) -> Sequence[Any]:
        raise DatasetError("only openrca datasets have records", hint="use injections()")

    def queries(self) -> Sequence[Any]:
        raise DatasetError("only openrca datasets have queries", hint="use injections()")
