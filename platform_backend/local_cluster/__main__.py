"""python -m local_cluster: run the shop of this configuration until SIGTERM.

Reads config.yaml and becomes the controller, as the same process but without the modules that reading took: 8 MB that
would stay for as long as the shop runs.
"""

import logging
import os
import sys
from typing import Final

from common.logs import to_stderr
from local_cluster import without
from local_cluster.linux import allow_many_files
from local_cluster.settings import Settings
from platform_backend.config import REPO, Config, ConfigError, config
from platform_backend.private import become_private, private_folder

logger = logging.getLogger(__name__)

USAGE_ERROR: Final = 2


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
        load_shape={
            "profile": config.shop.load_profile,
            "period_s": config.shop.load_period_s,
            "series": config.shop.series(),
        },
        noise=config.shop.noise.model_dump(),
        sample_interval_s=config.telemetry.sample_interval_s,
        retention_hours=config.telemetry.retention_hours,
        retention_gb=config.telemetry.retention_gb,
    )


def main() -> int:
    become_private()
    allow_many_files()
    to_stderr("%(levelname)s %(message)s")
    try:
        settings = from_config(config())
        private_folder(config().state)
        private_folder(settings.run_dir)
    except ConfigError as error:
        logger.error("%s", error)
        return USAGE_ERROR
    os.environ["PYTHONPATH"] = str(settings.backend_source)
    argv = [sys.executable, *without.CONTROLLER, settings.to_json()]
    os.execv(sys.executable, argv)  # noqa: S606


if __name__ == "__main__":
    sys.exit(main())
