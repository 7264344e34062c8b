"""What the controller needs to know."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Settings:
    values: Path
    shop_source: Path
    backend_source: Path
    directory: Path
    run_dir: Path
    socket: Path
    telemetry_dir: Path
    logs_dir: Path
    node: str
    first_port: int
    shop_address: tuple[str, int]
    load_rate: float
    load_seed: int
    load_shape: Mapping[str, Any]  # profile, period_s, series: as the load generator's control interface has them
    noise: Mapping[str, float]  # what a healthy shop has of trouble: shares and a seed, by name
    sample_interval_s: float
    retention_hours: float
    retention_gb: float

    @property
    def pods_dir(self) -> Path:
        return self.directory / "pods"

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> "Settings":
        raw = json.loads(text)
        paths = {field.name: Path(raw[field.name]) for field in fields(cls) if field.type is Path}
        host, port = raw["shop_address"]
        return cls(**{**raw, **paths, "shop_address": (host, port)})
