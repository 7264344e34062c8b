"""How a problem with a setting ends: where it can be changed."""

from platform_backend.config import DELIMITER, PREFIX


def change(key: str) -> str:
    return f"set {key} in config.yaml or {PREFIX}{key.upper().replace('.', DELIMITER)}"
