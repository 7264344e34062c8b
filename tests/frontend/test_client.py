"""The dashboard's typed client is made from today's API schema. Without Node: by the digest that it carries."""

import hashlib
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
