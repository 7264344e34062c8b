"""Every error that a user can act on has a stable code, and the guide lists them all.

After a new one, write the guide's table anew:
PYTHONPATH=.:platform_backend .venv/bin/python -m tests.backend.common.test_error_codes
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from common.errors import said
from platform_backend.config import REPO

if TYPE_CHECKING:
    from rest_framework.test import APIClient

BACKEND: Final = REPO / "platform_backend"
GUIDE: Final = REPO / "doc_addons" / "guides" / "error-codes.md"
BEGIN, END = "<!-- codes: made by tests/backend/common/test_error_codes.py -->\n", "<!-- end of codes -->"
ERRORS: Final = {"UserError", "Conflict", "NotFound", "Forbidden", "Gone", "TooLarge", "Unavailable", "LengthRequired"}
JSON: Final = "application/json"
ELSEWHERE: Final = ("sdk", "cli", "local_cluster")  # they have errors of their own


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(BACKEND.rglob("*.py")):
        if path.relative_to(BACKEND).parts[0] not in ELSEWHERE:
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.Module, names: set[str]) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield node


def codes() -> dict[str, set[str]]:
    """Each code with the sentences that it is said in."""
    found = defaultdict(set)
    for _, tree in modules():
        for call in calls(tree, {"said"}):
            code, text = call.args
            sentence = text.value if isinstance(text, ast.Constant) else _assigned(tree, text)
            found[str(ast.literal_eval(code))].add(sentence)
    return found


def _assigned(tree: ast.Module, name: ast.expr) -> str:
    """A sentence that stands in a variable, as long ones do."""
    assert isinstance(name, ast.Name)
    values = [
        node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and [getattr(target, "id", "") for target in node.targets] == [name.id]
        and isinstance(node.value, ast.Constant)
    ]
    return " / ".join(str(value) for value in values)


def table() -> str:
    rows = (f"| `{code}` | {' / '.join(sorted(texts))} |\n" for code, texts in sorted(codes().items()))
    return "| code | in English |\n|---|---|\n" + "".join(rows)


def test_no_error_is_raised_with_bare_text() -> None:
    bare = [
        f"{path.relative_to(BACKEND)}:{call.lineno}"
        for path, tree in modules()
        for call in calls(tree, ERRORS)
        if call.args and isinstance(call.args[0], ast.Constant | ast.JoinedStr)
    ]
    assert not bare, f"give these a code, with said(): {bare}"


def test_the_guide_lists_them_all() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert text.partition(BEGIN)[2].partition(END)[0].strip() == table().strip(), __doc__


def test_what_is_said_fills_its_sentence() -> None:
    message = said("x.y", "{name} has {size} bytes", name="a", size=5)
    assert (message, message.code, message.params) == ("a has 5 bytes", "x.y", {"name": "a", "size": 5})


def test_params_are_plain_enough_for_json() -> None:
    assert said("x", "{path}", path=Path("/x")).params == {"path": "/x"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("get", "datasets/0d7e42d4-6d2c-4f4e-9d3a-2b9f5c1e8a77", None, 404, "dataset.unknown"),
        ("post", "datasets", {"name": 5}, 400, "input.invalid"),
        ("get", "audit", None, 403, "request.permission_denied"),
        ("put", "datasets", {}, 405, "request.method_not_allowed"),
        ("get", "nothing", None, 404, "request.no_such_address"),
    ],
)
def test_problems_carry_code_and_params(
    method: str, path: str, body: Any, status: int, code: str, api: "APIClient"
) -> None:
    answer = api.generic(method.upper(), f"/api/v1/{path}", b"" if body is None else str(body).replace("'", '"'), JSON)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code), told


def test_a_problem_names_what_it_is_about(api: "APIClient") -> None:
    told = api.get("/api/v1/datasets/0d7e42d4-6d2c-4f4e-9d3a-2b9f5c1e8a77").json()
    assert told["params"] == {"dataset_id": "0d7e42d4-6d2c-4f4e-9d3a-2b9f5c1e8a77"}


def test_fields_have_codes_too(api: "APIClient") -> None:
    told = api.post("/api/v1/tokens", {"days": 0}).json()
    assert told["error_codes"] == {"days": ["min_value"], "name": ["required"]}
    assert set(told["errors"]) == {"days", "name"}


if __name__ == "__main__":
    page = GUIDE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    GUIDE.write_text(before + BEGIN + "\n" + table() + "\n" + END + rest.partition(END)[2], encoding="utf-8")
