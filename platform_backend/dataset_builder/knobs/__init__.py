"""What can be changed at an export: samples, gaps and jitter, each decided by a seeded hash."""

from dataset_builder.knobs.knobs import Knobs

__all__ = ["Knobs"]
