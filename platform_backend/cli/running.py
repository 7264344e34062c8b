"""The addresses of the copy that runs, which may have been started with others than this command is set to."""

import json
from pathlib import Path
from typing import Any, Final

from platform_backend.config import Config

_FILE: Final = "addresses.json"
# Settings by which a running copy is reached, by section.
_REACHED_BY: Final = {"web": ("host", "port", "public_url"), "shop": ("host", "port")}


def remember(settings: Config) -> None:
    """Called by who starts a copy."""
    path = _path(settings)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(_addresses(settings)), encoding="utf-8")
    draft.replace(path)


def forget(run_dir: Path) -> None:
    (run_dir / _FILE).unlink(missing_ok=True)


def as_running(settings: Config) -> Config:
    """`settings` with the addresses of the copy that runs; as they are when none does."""
    try:
        known = json.loads(_path(settings).read_text(encoding="utf-8"))
        sections = {name: getattr(settings, name).model_copy(update=known[name]) for name in _REACHED_BY}
    except (OSError, ValueError, KeyError, TypeError):
        return settings
    return settings.model_copy(update=sections)


def variables(settings: Config) -> dict[str, str]:
    """By which a process that reads the settings anew gets those addresses."""
    return {
        f"MICROSERVO_{section}__{key}".upper(): str(value)
        for section, values in _addresses(settings).items()
        for key, value in values.items()
    }


def _addresses(settings: Config) -> dict[str, dict[str, Any]]:
    return {name: {key: getattr(getattr(settings, name), key) for key in keys} for name, keys in _REACHED_BY.items()}


def _path(settings: Config) -> Path:
    return settings.run_dir / _FILE
