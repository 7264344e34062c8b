"""Services, pods and load over the API."""

import pytest
from rest_framework.test import APIClient

from accounts.models import AuditEntry
from systems import adapters
from systems.adapters.fake import FakeSystemDriver
from systems.adapters.local import LocalSystemDriver
from systems.ports import LoadShape

URL = "/api/v1/system"


def test_services_name_their_calls_and_the_protected(api: APIClient, system: FakeSystemDriver) -> None:
    services = {each["name"]: each for each in api.get(f"{URL}/services").json()}
    assert services["frontend"]["calls"] == ["cartservice", "checkoutservice"]
    assert [name for name, each in services.items() if each["protected"]] == ["loadgenerator"]


def test_pods_show_their_state(api: APIClient, system: FakeSystemDriver) -> None:
    system.down.add("cartservice-1")
    pods = {each["name"]: each for each in api.get(f"{URL}/pods").json()}
    assert (pods["cartservice-0"]["ready"], pods["cartservice-0"]["started"]) == (True, 1_700_000_000_000_000)
    assert (pods["cartservice-1"]["ready"], pods["cartservice-1"]["started"]) == (False, None)


def test_load_is_set_and_audited(api: APIClient, system: FakeSystemDriver) -> None:
    constant = {"profile": "constant", "period_s": 1200.0, "series": []}
    assert api.put(f"{URL}/load", {"rate": 25}).json() == {"rate": 25.0, **constant}
    assert api.get(f"{URL}/load").json() == {"rate": 25.0, **constant}
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.detail) == ("system.load_set", {"rate": 25.0})


@pytest.mark.parametrize("rate", [-1, 1001, "fast", None])
def test_load_is_bounded(api: APIClient, system: FakeSystemDriver, rate: object) -> None:
    answer = api.put(f"{URL}/load", {"rate": rate})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["rate"])
    assert system.rate == 10.0


def test_a_profile_stays_until_another_is_asked_for(api: APIClient, system: FakeSystemDriver) -> None:
    day = {"rate": 10, "profile": "diurnal", "period_s": 600}
    assert api.put(f"{URL}/load", day).json() == {**day, "series": []}
    assert AuditEntry.objects.get().detail == {"rate": 10.0, "profile": "diurnal"}
    assert api.put(f"{URL}/load", {"rate": 5}).json() == {**day, "rate": 5.0, "series": []}
    replay = {"rate": 5, "profile": "replay", "series": [1, 0, 2.5]}
    assert api.put(f"{URL}/load", replay).json() == {**replay, "period_s": 1200.0}
    assert system.shape == LoadShape("replay", 1200.0, (1, 0, 2.5))


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"profile": "weekly"}, "profile"),
        ({"profile": "diurnal", "period_s": 5}, "period_s"),
        ({"profile": "replay"}, "series"),
        ({"profile": "replay", "series": [1]}, "series"),
        ({"profile": "replay", "series": [0, 0]}, "series"),
        ({"profile": "replay", "series": [1] * 1441}, "series"),
        ({"profile": "steps", "series": [1, 2]}, "series"),
        ({"series": [1, 2]}, "series"),
    ],
)
def test_a_profile_is_checked(api: APIClient, system: FakeSystemDriver, asked: dict[str, object], field: str) -> None:
    answer = api.put(f"{URL}/load", {"rate": 20, **asked})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert (system.rate, system.shape) == (10.0, LoadShape())


@pytest.mark.parametrize("path", ["services", "pods", "load"])
def test_local_cluster_that_is_down_is_503(api: APIClient, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """The real adapter, against a socket that nobody listens on."""
    monkeypatch.setattr(adapters, "system_driver", LocalSystemDriver)
    answer = api.get(f"{URL}/{path}")
    assert answer.status_code == 503
    assert "./microservo status" in answer.json()["detail"]
