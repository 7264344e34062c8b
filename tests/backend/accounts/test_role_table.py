"""The guide's table of roles and operations is the one that the schema makes."""

import yaml

from platform_backend.config import REPO

GUIDE = REPO / "doc_addons" / "guides" / "accounts.md"
SCHEMA = yaml.safe_load((REPO / "platform_backend" / "openapi.yaml").read_text(encoding="utf-8"))
BEGIN, END = "<!-- roles: made by tests/backend/accounts/test_role_table.py -->\n", "<!-- end of roles -->"
ROLES = ("anyone", "viewer", "researcher", "operator", "admin")


def table() -> str:
    """A row for each operation, by area, with a mark for each role that may call it."""
    rows = sorted(
        (operation["tags"][0], operation["operationId"], operation["x-role"])
        for path in SCHEMA["paths"].values()
        for method, operation in path.items()
        if method in ("get", "post", "put", "patch", "delete")
    )
    head = f"| area | operation | {' | '.join(ROLES)} |\n|---|---|{'---|' * len(ROLES)}\n"
    return head + "".join(f"| {area} | `{name}` | {_marks(role)} |\n" for area, name, role in rows)


def _marks(needed: str) -> str:
    return " | ".join("yes" if ROLES.index(role) >= ROLES.index(needed) else "-" for role in ROLES)


def test_the_guide_has_the_schema_s_table() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    assert text == before + BEGIN + "\n" + table() + "\n" + END + after, (
        "write it anew: PYTHONPATH=.:platform_backend .venv/bin/python -m tests.backend.accounts.test_role_table"
    )


if __name__ == "__main__":
    text = GUIDE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    GUIDE.write_text(before + BEGIN + "\n" + table() + "\n" + END + rest.partition(END)[2], encoding="utf-8")
