"""config.yaml and its environment overrides, parsed once into typed settings. No Django in it.

Wrong settings raise ConfigError: one line for each, that names the key, the value and what was expected. Bounds stand
here and, for people, in config.yaml. What depends on the machine is checked before a start (cli/checks).
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final, Literal, Self, get_origin

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from common import yaml12
from common.load_series import read_series
from common.model_keys import keys_beside
from common.names import instead
from platform_backend.values import Address, AllowedHost, BrokerUrl, ListenHost, Mailbox

REPO: Final = Path(__file__).resolve().parents[2]
PREFIX: Final = "MICROSERVO_"
DELIMITER: Final = "__"
# Read by the program, but not settings: which file, which running instance a process belongs to, its manager's pid.
NOT_SETTINGS: Final = frozenset({"MICROSERVO_CONFIG", "MICROSERVO_INSTANCE", "MICROSERVO_MANAGER"})
# sun_path holds 108 bytes; leave room for the longest socket name in run_dir.
LONGEST_RUN_DIR: Final = 80

Port = Field(ge=1, le=65535)
# Never shown, not even when they are wrong.
SECRET: Final = ("password", "database_url", "broker_url")


class ConfigError(Exception):
    """A line for each wrong setting: which, what is wrong with it, what to do."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Web(Section):
    host: ListenHost = "127.0.0.1"
    port: int = Port
    threads: int = Field(ge=1, le=64)
    allowed_hosts: list[AllowedHost]
    public_url: str = Field(pattern=r"^(https?://[^/?#\s]+)?$")
    dashboard: bool


class Email(Section):
    host: str
    port: int = Port
    user: str
    password: str
    tls: Literal["none", "starttls", "tls"]
    sender: Mailbox


class Accounts(Section):
    registration: Literal["off", "invitation", "open"]
    email: Email


class Adapters(Section):
    system: str
    faults: str
    telemetry: str


class Noise(Section):
    seed: int
    failures: float = Field(ge=0, le=0.05)
    slow: float = Field(ge=0, le=0.05)
    mistakes: float = Field(ge=0, le=0.5)
    debug: float = Field(ge=0, le=1)
    jobs_every_s: float = Field(ge=0, le=3600)


class Shop(Section):
    host: Address = "127.0.0.1"  # Envoy listens there, and looks no names up
    port: int = Port
    load_rate: float = Field(ge=0, le=1000)
    load_seed: int
    load_profile: Literal["constant", "diurnal", "burst", "steps", "replay"]
    load_period_s: float = Field(ge=10, le=86_400)
    load_replay: str
    noise: Noise

    @model_validator(mode="after")
    def _replay_has_a_file(self) -> Self:
        if bool(self.load_replay) != (self.load_profile == "replay"):
            raise ValueError(
                f"load_replay is {self.load_replay!r} and load_profile {self.load_profile!r}: "
                "expected a file for replay, and none for another profile"
            )
        try:
            self.series()
        except ValueError as error:
            raise ValueError(f"load_replay: {error}") from None
        return self

    def series(self) -> list[float]:
        """What is replayed; empty for another profile. Raises ValueError."""
        return read_series(REPO / self.load_replay) if self.load_replay else []


class LocalCluster(Section):
    values: str = Field(min_length=1)
    first_port: int = Field(ge=1024, le=65535)
    node_name: str = Field(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", max_length=63)


class Telemetry(Section):
    sample_interval_s: float = Field(ge=0.5, le=60)
    retention_hours: float = Field(gt=0, le=100_000)
    retention_gb: float = Field(gt=0, le=100_000)


class Faults(Section):
    default_duration_s: float = Field(ge=1)
    max_duration_s: float = Field(ge=1, le=86_400)
    protected_services: list[str]

    @model_validator(mode="after")
    def _default_is_allowed(self) -> Self:
        if self.default_duration_s > self.max_duration_s:
            raise ValueError(
                f"default_duration_s is {self.default_duration_s:g}: expected at most max_duration_s, which is "
                f"{self.max_duration_s:g}; lower the one or raise the other"
            )
        return self


class Datasets(Section):
    max_window_hours: float = Field(gt=0, le=100_000)
    licence: str = Field(min_length=1, max_length=500)
    quota_gigabytes_per_user: float = Field(ge=0, le=100_000)
    keep_days: float = Field(ge=0, le=10_000)
    max_upload_gigabytes: float = Field(gt=0, le=100_000)
    max_unpacked_gigabytes: float = Field(gt=0, le=100_000)


class Config(BaseSettings):
    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_prefix=PREFIX, env_nested_delimiter=DELIMITER)

    state_dir: str
    web: Web
    accounts: Accounts
    database_url: str
    broker_url: BrokerUrl
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

    @model_validator(mode="after")
    def _state_is_a_folder_of_its_own(self) -> Self:
        """All that lies in it is closed to others, and it may be deleted to start afresh."""
        if REPO.is_relative_to(self.state) or _home().is_relative_to(self.state):
            raise ValueError(
                f"state_dir is {self.state_dir!r}: expected a folder of its own, such as var; "
                f"{self.state} holds other things"
            )
        return self

    @cached_property
    def state(self) -> Path:
        """Absolute path of the folder that holds everything MicroServo writes."""
        return (REPO / Path(self.state_dir).expanduser()).resolve()

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
                known = [PREFIX + DELIMITER.join(path).upper() for path in _paths(Config)]
                raise ConfigError(f"environment variable {name}: no such setting; {instead(name, known)}")
            model = field.annotation
        if get_origin(model) is list:
            _check_list(name)


def _paths(model: Any) -> Iterator[tuple[str, ...]]:
    """Of all settings below a section."""
    for name, field in model.model_fields.items():
        if hasattr(field.annotation, "model_fields"):
            yield from ((name, *rest) for rest in _paths(field.annotation))
        else:
            yield (name,)


def _check_list(variable: str) -> None:
    try:
        if isinstance(json.loads(os.environ[variable]), list):
            return
    except ValueError:
        pass  # said below, as for valid JSON of another type
    raise ConfigError(
        f'environment variable {variable} is {os.environ[variable]!r}: expected a JSON list, e.g. ["a", "b"]'
    )


def _home() -> Path:
    try:
        return Path.home().resolve()
    except RuntimeError:  # this user has none
        return Path("/")


def _lines(error: ValidationError, path: Path) -> Iterator[str]:
    errors = error.errors()
    if any(each["type"] == "extra_forbidden" for each in errors):
        # A misspelt key is missing too: its own name says more.
        errors = [each for each in errors if each["type"] != "missing"]
    return (_one_line(each, path) for each in errors)


def _one_line(error: ErrorDetails, path: Path) -> str:
    key, message = ".".join(str(part) for part in error["loc"]), error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        known = keys_beside(Config, error["loc"])
        return f"{path}: unknown setting {key!r}; {instead(str(error['loc'][-1]), known)}"
    if error["type"] == "missing":
        return f"{path}: setting {key!r} is missing; config.yaml in the repository has its default"
    if error["type"] == "value_error" and not isinstance(error["input"], str):  # of several settings together
        return f"{path}: {key}{'.' if key else ''}{message}"
    variable = _variable_of(error["loc"])
    if variable:
        return f"environment variable {variable} is {_shown(key, os.environ[variable])}: {message}"
    return f"{path}: setting {key!r} is {_shown(key, error['input'])}: {message}"


def _shown(key: str, value: object) -> str:
    return "not shown here" if key.endswith(SECRET) else repr(value)


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
        raise ConfigError("\n".join(dict.fromkeys(_lines(error, path)))) from None  # a list has one line


@lru_cache(maxsize=1)
def config() -> Config:
    """The settings of this process."""
    return load()
