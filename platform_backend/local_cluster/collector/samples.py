"""Rows of the samples table as one tick collects them."""

from typing import Any


class SampleColumns:
    """All rows carry the time of the tick."""

    def __init__(self, timestamp: int) -> None:
        self._timestamp = timestamp
        self._rows: list[tuple[str, str, str, str, float]] = []

    def add(self, service: str, pod: str, metric: str, labels: str, value: float) -> None:
        self._rows.append((service, pod, metric, labels, value))

    def columns(self) -> dict[str, list[Any]]:
        services, pods, metrics, labels, values = map(list, zip(*self._rows, strict=True)) if self._rows else ([],) * 5
        return {
            "timestamp": [self._timestamp] * len(self._rows),
            "service": services,
            "pod": pods,
            "metric": metrics,
            "labels": labels,
            "value": values,
        }
