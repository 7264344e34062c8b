"""Rules of the house that neither types nor import-linter see: named tasks exist, examples have their place."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from platform_backend.celery import app

BACKEND = Path(__file__).resolve().parents[3] / "platform_backend"
APPS = [each for each in apps.get_app_configs() if Path(each.path).is_relative_to(BACKEND)]
APIS = [folder for folder in sorted(BACKEND.glob("*/api")) if (folder / "urls.py").exists()]


def enqueued() -> Iterator[tuple[str, ast.Call]]:
    """Each call of `enqueue` in the apps, with where it is."""
    for each in APPS:
        for path in sorted(Path(each.path).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "enqueue":
                    yield f"{path.relative_to(BACKEND)}:{node.lineno}", node


CALLS = dict(enqueued())


@pytest.fixture(autouse=True, scope="module")
def _tasks() -> None:
    app.loader.import_default_modules()


def test_calls_are_found() -> None:
    assert {place.split("/")[0] for place in CALLS} >= {"faults", "datasets", "campaigns"}


@pytest.mark.parametrize("place", CALLS)
def test_what_is_enqueued_is_a_task_that_takes_the_arguments(place: str) -> None:
    name, *arguments = CALLS[place].args
    assert isinstance(name, ast.Constant), f"{place}: name the task as text, so that this test can look it up"
    assert name.value in app.tasks, f"{place}: no task {name.value}"
    inspect.signature(app.tasks[name.value].run).bind(*arguments)


@pytest.mark.parametrize("entry", app.conf.beat_schedule.values(), ids=list(app.conf.beat_schedule))
def test_what_runs_by_the_clock_is_a_task(entry: dict[str, str]) -> None:
    inspect.signature(app.tasks[entry["task"]].run).bind()


@pytest.mark.parametrize("folder", APIS, ids=[folder.parent.name for folder in APIS])
def test_bodies_of_examples_lie_in_a_file_of_their_own(folder: Path) -> None:
    assert (folder / "examples.py").exists()
    elsewhere = [path for path in folder.glob("*.py") if path.name != "examples.py"]
    found = [f"{path.name}: {name}" for path in elsewhere for name in bodies(path)]
    assert found == []


def bodies(path: Path) -> Iterator[str]:
    """Dictionaries by field name, and examples of the schema, that a module names."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and is_body(node.value):
            yield ast.unparse(node).partition("=")[0].strip()


def is_body(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return ast.unparse(value.func) == "OpenApiExample"
    if isinstance(value, ast.BinOp):
        return is_body(value.left) or is_body(value.right)
    return isinstance(value, ast.Dict) and bool(value.keys) and all(key is None or is_field(key) for key in value.keys)


def is_field(key: ast.expr) -> bool:
    return isinstance(key, ast.Constant) and str(key.value).isidentifier()
