"""What every system driver does. A new adapter is one more parameter of `driver` and `unreachable`."""

import time
from pathlib import Path

import pytest

from common.errors import Unavailable, UserError
from local_cluster.client import LocalClusterClient
from systems.adapters import ADAPTERS
from systems.adapters.fake import FakeSystemDriver
from systems.adapters.local import LocalSystemDriver
from systems.ports import LoadShape, SystemDriver

NAMES = ["fake", "local"]
READY_WITHIN_S = 40


@pytest.fixture(params=NAMES)
def driver(request: pytest.FixtureRequest) -> SystemDriver:
    if request.param == "fake":
        return FakeSystemDriver()
    return LocalSystemDriver(request.getfixturevalue("cluster"))


@pytest.fixture(params=NAMES)
def unreachable(request: pytest.FixtureRequest, tmp_path: Path) -> SystemDriver:
    if request.param == "fake":
        return FakeSystemDriver(reachable=False)
    return LocalSystemDriver(LocalClusterClient(tmp_path / "nobody.sock"))


def test_every_adapter_is_tested() -> None:
    assert sorted(ADAPTERS) == NAMES


def test_services_are_whole(driver: SystemDriver) -> None:
    services = driver.services()
    names = [service.name for service in services]
    assert len(names) == len(set(names)) >= 4
    assert {"frontend", "checkoutservice", "cartservice", "redis-cart", "loadgenerator"} <= set(names)
    for service in services:
        assert set(service.calls) <= set(names), service
        assert service.protocol in ("http", "grpc", "tcp", ""), service


def test_calls_are_those_of_the_shop(driver: SystemDriver) -> None:
    calls = {service.name: set(service.calls) for service in driver.services()}
    assert "frontend" in calls["loadgenerator"]
    assert {"cartservice", "checkoutservice"} <= calls["frontend"]
    assert "redis-cart" in calls["cartservice"]


def test_pods_are_the_replicas_of_the_services(driver: SystemDriver) -> None:
    pods = driver.pods()
    assert len({pod.name for pod in pods}) == len(pods)
    for service in driver.services():
        assert len([pod for pod in pods if pod.service == service.name]) == service.replicas, service


def test_running_pods_say_since_when(driver: SystemDriver) -> None:
    for pod in driver.pods():
        assert pod.phase in ("Pending", "Running", "Failed")
        assert pod.node
        if pod.ready:
            assert pod.phase == "Running"
            assert pod.started is not None
            assert pod.started > 1_600_000_000_000_000


def test_load_is_what_was_set(driver: SystemDriver) -> None:
    before = driver.load()
    try:
        driver.set_load(2.5)
        assert driver.load() == 2.5
        driver.set_load(0)
        assert driver.load() == 0
    finally:
        driver.set_load(before)


@pytest.mark.parametrize("shape", [LoadShape("diurnal", 600.0), LoadShape("replay", 60.0, (1.0, 2.0, 0.5))])
def test_the_load_moves_as_was_set_until_something_else_is(driver: SystemDriver, shape: LoadShape) -> None:
    before, was = driver.load(), driver.load_shape()
    try:
        driver.set_load(2.5, shape)
        driver.set_load(3)
        now = driver.load_shape()
        assert (driver.load(), now.profile, now.period_s) == (3, shape.profile, shape.period_s)
        assert list(now.series) == list(shape.series)
    finally:
        driver.set_load(before, was)
    assert driver.load_shape().profile == was.profile


def test_a_pod_that_is_made_anew_is_another_one(driver: SystemDriver) -> None:
    before = {pod.name: pod for pod in driver.pods()}["cartservice-0"]
    driver.recreate("cartservice-0")
    until = time.monotonic() + READY_WITHIN_S
    while not (now := [pod for pod in driver.pods() if pod.service == "cartservice"]) or not all(
        pod.ready and (pod.name != "cartservice-0" or pod.started != before.started) for pod in now
    ):
        assert time.monotonic() < until, now
        time.sleep(0.2)
    assert len(now) == 2
    assert sorted(pod.restarts for pod in now)[0] == 0


def test_only_what_there_is_can_be_made_anew(driver: SystemDriver) -> None:
    with pytest.raises(UserError, match="nobody-0"):
        driver.recreate("nobody-0")


@pytest.mark.parametrize("call", ["services", "pods", "load"])
def test_out_of_reach_is_unavailable(unreachable: SystemDriver, call: str) -> None:
    with pytest.raises(Unavailable):
        getattr(unreachable, call)()


def test_load_can_not_be_set_out_of_reach(unreachable: SystemDriver) -> None:
    with pytest.raises(Unavailable):
        unreachable.set_load(1)


def test_nothing_is_made_anew_out_of_reach(unreachable: SystemDriver) -> None:
    with pytest.raises(Unavailable):
        unreachable.recreate("cartservice-0")
