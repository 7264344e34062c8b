"""The dashboard's typed client is made from today's API schema, and its packages have reasons: told without Node."""

import hashlib
import json
import re

import pytest

from platform_backend.config import REPO

API = REPO / "platform_frontend" / "src" / "api"


@pytest.mark.parametrize("name", ["schema.d.ts", "operations.ts"])
def test_the_client_is_current(name: str) -> None:
    carried = re.search(r"^// sha256 (\w+)$", (API / name).read_text(), re.MULTILINE)
    now = hashlib.sha256((REPO / "platform_backend" / "openapi.yaml").read_bytes()).hexdigest()
    assert carried is not None
    assert carried[1] == now, "write it anew: cd platform_frontend && npm install && npm run client"


def test_each_package_has_its_reason() -> None:
    told = (REPO / "platform_frontend" / "README.md").read_text().partition("## What each package is for")[2]
    rows = re.findall(r"^\| (`.*`) \|", told.partition("\n## ")[0], re.MULTILINE)
    package = json.loads((REPO / "platform_frontend" / "package.json").read_text())
    assert sorted(re.findall(r"`([^`]+)`", " ".join(rows))) == sorted(
        {**package["dependencies"], **package["devDependencies"]}
    )
