"""What the controller needs to know, taken from the configuration once."""

from dataclasses import dataclass
from pathlib import Path

from platform_backend.config import REPO, Config


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
    sample_interval_s: float
    retention_hours: float
    retention_gb: float

    @property
    def pods_dir(self) -> Path:
        return self.directory / "pods"


def from_config(config: Config) -> Settings:
    return Settings(
        values=REPO / config.local_cluster.values,
        shop_source=REPO / "onlineboutique" / "src",
        backend_source=REPO / "platform_backend",
        directory=config.cluster_dir,
        run_dir=config.run_dir,
        socket=config.cluster_socket,
        telemetry_dir=config.telemetry_dir,
        logs_dir=config.logs_dir,
        node=config.local_cluster.node_name,
        first_port=config.local_cluster.first_port,
        shop_address=(config.shop.host, config.shop.port),
        load_rate=config.shop.load_rate,
        load_seed=config.shop.load_seed,
        sample_interval_s=config.telemetry.sample_interval_s,
        retention_hours=config.telemetry.retention_hours,
        retention_gb=config.telemetry.retention_gb,
    )
