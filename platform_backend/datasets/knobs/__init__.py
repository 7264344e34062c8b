"""What can be changed at an export: samples, gaps and jitter, each decided by a seeded hash."""

from datasets.knobs.knobs import Knobs

__all__ = ["Knobs"]
