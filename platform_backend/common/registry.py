"""Adapters by their config.yaml name, imported when first asked for."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from common.errors import UserError, said


def load_adapter(port: str, name: str, adapters: Mapping[str, str]) -> Any:
    """The class that `adapters` ("module:Class" by name) gives for `name`; UserError names the choices."""
    try:
        module, _, attribute = adapters[name].partition(":")
    except KeyError:
        known = ", ".join(sorted(adapters))
        raise UserError(
            said(
                "adapter.unknown",
                "{port}: no adapter is called {name!r}; choose one of: {known}",
                port=port,
                name=name,
                known=known,
            )
        ) from None
    return getattr(import_module(module), attribute)
