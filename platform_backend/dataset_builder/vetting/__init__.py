"""Whether times without a fault were good times: looked at in the telemetry, each with its verdict and its figures."""

from dataset_builder.vetting.vet import vet

__all__ = ["vet"]
