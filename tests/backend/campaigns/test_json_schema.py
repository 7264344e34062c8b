"""The schema for editors: current on disk, right about the files that come along, and as strict as the platform.

After a change of the file's format write it anew:
PYTHONPATH=.:platform_backend .venv/bin/python -m tests.backend.campaigns.test_json_schema
"""

import json
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from campaigns.json_schema import json_schema
from campaigns.library import FOLDER
from campaigns.loading import parse
from campaigns.schema import validate
from common.errors import UserError
from faults.catalogue import CATALOGUE

COMMITTED: Final = FOLDER / "campaign.schema.json"
ENTRY: Final[dict[str, Any]] = {"fault": "pod-failure", "services": ["cartservice"]}
DELAY: Final[dict[str, Any]] = {"fault": "network-delay", "services": ["a"], "parameters": {"latency_ms": [100, 200]}}


def written() -> str:
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def of(*entries: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "small", "matrix": list(entries), **more}


def test_the_committed_schema_is_current() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == written()


def test_it_is_served_to_editors_which_do_not_sign_in(db: None) -> None:
    from rest_framework.test import APIClient  # not above: this module is run without Django too

    answer = APIClient().get("/api/v1/campaigns/schema", HTTP_ACCEPT="*/*")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/schema+json")
    assert json.loads(answer.content) == json.loads(written())


def test_it_is_a_schema_and_the_files_that_come_along_fit_it() -> None:
    Draft202012Validator.check_schema(json_schema())
    files = sorted(FOLDER.glob("*.yaml"))
    assert len(files) == 3
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert text.startswith("# yaml-language-server: $schema=campaign.schema.json\n")
        assert list(Draft202012Validator(json_schema()).iter_errors(parse(text))) == []


@pytest.mark.parametrize(
    "content",
    [
        of(ENTRY),
        of(DELAY),
        of(DELAY | {"parameters": {"latency_ms": 100, "direction": ["to", "both"]}}),
        of({"fault": "dns-error", "services": ["a"], "parameters": {"patterns": [["a.*"], ["b.*"]]}}),
        of({"fault": "http-abort", "services": ["a"], "parameters": {"status": [14, 503]}}),
        of({"together": [ENTRY, DELAY | {"after": 5}]}),
        of(ENTRY, seed=3, shape="quick", stop=[{"error_ratio": 0.5}]),
    ],
)
def test_what_the_platform_takes_the_schema_takes(content: dict[str, Any]) -> None:
    validate(content)
    assert list(Draft202012Validator(json_schema()).iter_errors(content)) == []


@pytest.mark.parametrize(
    "content",
    [
        {"name": "x"},
        of(),
        of(ENTRY, seeed=1),
        of(ENTRY | {"fault": "rain"}),
        of(ENTRY | {"parameters": {"x": 1}}),
        of(DELAY | {"parameters": {}}),
        of({"fault": "network-delay", "services": ["a"]}),
        of(DELAY | {"parameters": {"latency_ms": 0}}),
        of(DELAY | {"parameters": {"latency_ms": []}}),
        of(DELAY | {"parameters": {"latency_ms": 1, "direction": "up"}}),
        of({"fault": "http-abort", "services": ["a"], "parameters": {"status": 200}}),
        of(ENTRY | {"after": 5}),
        of({"together": [ENTRY]}),
    ],
)
def test_what_the_schema_refuses_the_platform_refuses(content: dict[str, Any]) -> None:
    assert list(Draft202012Validator(json_schema()).iter_errors(content))
    with pytest.raises(UserError):
        validate(content)


def test_each_kind_is_explained() -> None:
    kinds = json_schema()["$defs"]["Fault"]["properties"]["fault"]["oneOf"]
    assert {each["const"]: each["description"] for each in kinds} == {
        name: kind.help for name, kind in CATALOGUE.items()
    }


if __name__ == "__main__":
    COMMITTED.write_text(written(), encoding="utf-8")
