"""config.yaml and its environment overrides, parsed once into typed settings. No Django in it.

A wrong setting raises ConfigError: one line that names the key, the value and what was expected.
"""

import hashlib
import json
import os
import tempfile
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final, Literal, get_origin

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from common import yaml12
from common.model_keys import keys_beside
from common.names import instead

REPO: Final = Path(__file__).resolve().parents[2]
PREFIX: Final = "MICROSERVO_"
DELIMITER: Final = "__"
# Read by the program, but not settings: which file, which running instance a process belongs to, its manager's pid.
NOT_SETTINGS: Final = frozenset({"MICROSERVO_CONFIG", "MICROSERVO_INSTANCE", "MICROSERVO_MANAGER"})
# sun_path holds 108 bytes; leave room for the longest socket name in run_dir.
LONGEST_RUN_DIR: Final = 80

Port = Field(ge=1, le=65535)


class ConfigError(Exception):
    """One line: which setting, what is wrong with it, what to do."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Web(Section):
    host: str = "127.0.0.1"
    port: int = Port
    threads: int = Field(ge=1, le=64)
    allowed_hosts: list[str]
    public_url: str = Field(pattern=r"^(https?://[^/?#\s]+)?$")


class Email(Section):
    host: str
    port: int = Port
    user: str
    password: str
    tls: Literal["none", "starttls", "tls"]
    sender: str


class Accounts(Section):
    registration: Literal["off", "invitation", "open"]
    email: Email


class Adapters(Section):
    system: str
    faults: str
    telemetry: str


class Shop(Section):
    host: str = "127.0.0.1"
    port: int = Port
    load_rate: float = Field(ge=0, le=1000)
    load_seed: int


class LocalCluster(Section):
    values: str
    first_port: int = Field(ge=1024, le=60000)
    node_name: str = Field(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")


class Telemetry(Section):
    sample_interval_s: float = Field(ge=0.5, le=60)
    retention_hours: float = Field(gt=0)
    retention_gb: float = Field(gt=0)


class Faults(Section):
    default_duration_s: float = Field(gt=0)
    max_duration_s: float = Field(gt=0)
    protected_services: list[str]


class Datasets(Section):
    max_window_hours: float = Field(gt=0)
    licence: str = Field(min_length=1, max_length=500)
    quota_gigabytes_per_user: float = Field(ge=0)
    keep_days: float = Field(ge=0)
    max_upload_gigabytes: float = Field(gt=0)
    max_unpacked_gigabytes: float = Field(gt=0)


class Config(BaseSettings):
    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_prefix=PREFIX, env_nested_delimiter=DELIMITER)

    state_dir: str
    web: Web
    accounts: Accounts
    database_url: str
    broker_url: str
    adapters: Adapters
    shop: Shop
    local_cluster: LocalCluster
    telemetry: Telemetry
    faults: Faults
    datasets: Datasets

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings  # the file and the environment are the only sources
        return env_settings, init_settings

    @cached_property
    def state(self) -> Path:
        """Absolute path of the folder that holds everything MicroServo writes."""
        return (REPO / self.state_dir).resolve()

    @cached_property
    def run_dir(self) -> Path:
        """Folder of sockets and generated files of the running instance; short enough for unix sockets."""
        inside = self.state / "run"
        if len(str(inside)) <= LONGEST_RUN_DIR:
            return inside
        digest = hashlib.sha256(str(self.state).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"microservo-{os.getuid()}-{digest}"

    @cached_property
    def telemetry_dir(self) -> Path:
        return self.state / "telemetry"

    @cached_property
    def datasets_dir(self) -> Path:
        return self.state / "datasets"

    @cached_property
    def logs_dir(self) -> Path:
        return self.state / "logs"

    @cached_property
    def cluster_dir(self) -> Path:
        """Pod output, mesh configuration and the fault journal of the local cluster."""
        return self.state / "cluster"

    @cached_property
    def cluster_socket(self) -> Path:
        return self.run_dir / "cluster.sock"

    @cached_property
    def broker_socket(self) -> Path:
        return self.run_dir / "broker.sock"

    @property
    def effective_broker_url(self) -> str:
        return self.broker_url or f"redis+socket://{self.broker_socket}"


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        loaded = yaml12.load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; restore it from the repository or set MICROSERVO_CONFIG") from None
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}") from None
    except (yaml.YAMLError, ValueError) as error:  # ValueError: no UTF-8, or a number of thousands of digits
        raise ConfigError(f"{path}: not valid YAML: {yaml12.one_line(error)}") from None
    if not isinstance(loaded, dict):
        raise ConfigError(f"{path}: expected settings as 'key: value', found {type(loaded).__name__}")
    return loaded


def _check_environment() -> None:
    for name in os.environ:
        if not name.startswith(PREFIX) or name in NOT_SETTINGS:
            continue
        model: Any = Config
        for part in name.removeprefix(PREFIX).lower().split(DELIMITER):
            field = getattr(model, "model_fields", {}).get(part)
            if field is None:
                raise ConfigError(f"environment variable {name}: no such setting; config.yaml lists them")
            model = field.annotation
        if get_origin(model) is list:
            _check_list(name)


def _check_list(variable: str) -> None:
    try:
        if isinstance(json.loads(os.environ[variable]), list):
            return
    except ValueError:
        pass  # said below, as for valid JSON of another type
    raise ConfigError(
        f'environment variable {variable} is {os.environ[variable]!r}: expected a JSON list, e.g. ["a", "b"]'
    )


def _one_line(error: ValidationError, path: Path) -> str:
    # A misspelt key is missing too: its own name says more.
    first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = keys_beside(Config, first["loc"])
        return f"{path}: unknown setting {key!r}; {instead(str(first['loc'][-1]), known)}"
    if first["type"] == "missing":
        return f"{path}: setting {key!r} is missing; config.yaml in the repository has its default"
    variable = _variable_of(first["loc"])
    if variable:
        return f"environment variable {variable} is {os.environ[variable]!r}: {first['msg']}"
    return f"{path}: setting {key!r} is {first['input']!r}: {first['msg']}"


def _variable_of(location: tuple[int | str, ...]) -> str:
    """The environment variable that gave the value at `location`, "" when it came from the file."""
    names = {name.upper(): name for name in os.environ}
    for length in range(len(location), 0, -1):
        name = names.get(PREFIX + DELIMITER.join(map(str, location[:length])).upper())
        if name:
            return name
    return ""


def load(path: Path | None = None) -> Config:
    """Read the file (default: $MICROSERVO_CONFIG or config.yaml in the repository). Raises ConfigError."""
    path = path or Path(os.environ.get("MICROSERVO_CONFIG") or REPO / "config.yaml")
    _check_environment()
    settings = _read_yaml(path)
    try:
        return Config(**settings)
    except ValidationError as error:
        raise ConfigError(_one_line(error, path)) from None


@lru_cache(maxsize=1)
def config() -> Config:
    """The settings of this process."""
    return load()
