"""environment.yml and pyproject.toml list the same packages; both versions of the program are one."""

import re
import tomllib
from typing import Any

import yaml

from cli.parser import VERSION
from platform_backend.config import REPO

ASKED_FOR = {
    "django", "djangorestframework", "mysqlclient", "kubernetes", "elasticsearch", "prometheus-api-client",
    "pyyaml", "celery", "redis", "pandas",
}  # fmt: skip


def project() -> dict[str, Any]:
    with (REPO / "platform_backend" / "pyproject.toml").open("rb") as file:
        found: dict[str, Any] = tomllib.load(file)["project"]
    return found


def test_the_same_packages_and_bounds_as_the_project() -> None:
    parts = yaml.safe_load((REPO / "environment.yml").read_text())["dependencies"]
    plain = [part for part in parts if isinstance(part, str)]
    pip = next(part["pip"] for part in parts if isinstance(part, dict))
    listed = {*pip, *plain} - {"pip", "python>=3.11"}

    extras = project()["optional-dependencies"].values()
    assert listed == {*project()["dependencies"], *(each for extra in extras for each in extra)}
    assert f"python{project()['requires-python']}" in plain
    assert {re.split("[~=<>]", each)[0] for each in listed} >= ASKED_FOR


def test_one_version() -> None:
    assert project()["version"] == VERSION
