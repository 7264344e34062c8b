"""The chart, the images and the stubs fit the sources."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from local_cluster.topology import read_services

REPO = Path(__file__).resolve().parents[2]
SHOP = REPO / "onlineboutique"
VALUES = REPO / "helm-chart" / "values.yaml"

PORTS = {
    "frontend": 80,
    "productcatalogservice": 3550,
    "cartservice": 7070,
    "currencyservice": 7000,
    "paymentservice": 50051,
    "shippingservice": 50051,
    "emailservice": 5000,
    "checkoutservice": 5050,
    "recommendationservice": 8080,
    "adservice": 9555,
    "redis-cart": 6379,
}


def test_every_service_of_the_sources_is_listed() -> None:
    sources = {main.parent.name for main in SHOP.glob("src/*/main.py")}
    assert set(read_services(VALUES)) == sources | {"redis-cart"}


def test_ports_are_those_of_online_boutique() -> None:
    services = read_services(VALUES)
    assert {name: services[name].port for name in PORTS} == PORTS


def test_each_service_is_told_of_what_it_needs() -> None:
    """Each *_ADDR that its source asks for is in its env, and nothing else."""
    raw = yaml.safe_load(VALUES.read_text(encoding="utf-8"))["services"]
    for name, entry in raw.items():
        told = {key for key in entry["env"] if key.endswith("_ADDR")}
        source = "".join(path.read_text(encoding="utf-8") for path in (SHOP / "src" / name).rglob("*.py"))
        assert set(re.findall(r"[A-Z_]+_ADDR", source)) == told, name


def test_calls_lead_to_listed_services() -> None:
    services = read_services(VALUES)
    assert set(services["checkoutservice"].calls) == {
        "cartservice",
        "productcatalogservice",
        "currencyservice",
        "shippingservice",
        "paymentservice",
        "emailservice",
    }
    assert len(services["frontend"].calls) == 7
    assert services["loadgenerator"].calls == ("frontend",)


def test_the_stores_password_is_with_the_store_and_who_calls_it() -> None:
    services = read_services(VALUES)
    assert {name for name, service in services.items() if "REDIS_PASSWORD" in service.secrets} == {
        "redis-cart",
        *(name for name, service in services.items() if "redis-cart" in service.calls),
    }
    asks = {main.parent.name for main in SHOP.glob("src/*/main.py") if "REDIS_PASSWORD" in main.read_text("utf-8")}
    assert asks == {"cartservice"}


def test_each_service_that_speaks_grpc_says_how_it_fails() -> None:
    """An aborted request says the same."""
    services = read_services(VALUES)
    speaking = {name: each.failure for name, each in services.items() if each.protocol == "grpc"}
    assert {name: each.failure for name, each in services.items() if each.failure} == speaking
    for name, failure in speaking.items():
        habits = (SHOP / "src" / name / "habits.py").read_text(encoding="utf-8")
        assert f'"{failure}"' in habits, f"{name} never says so itself"


def test_the_chart_works_without_a_secret() -> None:
    """The variables are there only if the values name a Secret, and then in every place."""
    assert yaml.safe_load(VALUES.read_text(encoding="utf-8"))["secretName"] == ""
    template = (REPO / "helm-chart" / "templates" / "workloads.yaml").read_text(encoding="utf-8")
    assert template.count("if $.Values.secretName") == 1
    assert template.count('if and $.Values.secretName (has "REDIS_PASSWORD" $service.secrets)') == 1
    assert template.count("$service.secrets") == 2


def test_only_preloadable_services_are_forked() -> None:
    preload = (SHOP / "src" / "shoplib" / "preload.py").read_text(encoding="utf-8")
    forked = {name for name, service in read_services(VALUES).items() if service.runtime == "python"}
    assert set(re.findall(r"^import (\w+)\.main$", preload, re.MULTILINE)) == forked


def test_images_have_the_versions_that_the_tests_ran_with() -> None:
    locked = dict(
        re.findall(
            r"^([a-z0-9-]+)==([^\s\\]+)",
            (REPO / "platform_backend" / "requirements.lock").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    )
    pinned = re.findall(r"^([a-z0-9-]+)==(\S+)", (SHOP / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(pinned) >= 10
    assert {name: version for name, version in pinned if locked[name] != version} == {}


def test_the_stubs_are_those_of_the_protos(tmp_path: Path) -> None:
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "grpc_tools.protoc",
            f"--proto_path={SHOP / 'protos'}",
            f"--python_out={tmp_path}",
            "hipstershop.proto",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    committed = (SHOP / "src" / "shoplib" / "hipstershop_pb2.py").read_text(encoding="utf-8")
    assert (tmp_path / "hipstershop_pb2.py").read_text(encoding="utf-8") == committed


@pytest.mark.parametrize("script", sorted((SHOP / "hack").glob("*.sh")), ids=lambda path: path.name)
def test_scripts_are_executable_and_parse(script: Path) -> None:
    assert script.stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", script], timeout=10, check=False).returncode == 0


def test_the_image_script_says_what_it_needs() -> None:
    ran = subprocess.run(
        [SHOP / "hack" / "make-docker-images.sh"],
        capture_output=True,
        text=True,
        timeout=10,
        env={"PATH": "/usr/bin:/bin"},
        check=False,
    )
    assert ran.returncode != 0
    assert "REPO_PREFIX" in ran.stderr


def test_the_chart_and_the_settings_have_the_same_noise() -> None:
    """Each of it is known to the shop, and in the template."""
    noise = yaml.safe_load(VALUES.read_text(encoding="utf-8"))["noise"]
    assert yaml.safe_load((REPO / "config.yaml").read_text(encoding="utf-8"))["shop"]["noise"] == noise
    sources = "".join(path.read_text(encoding="utf-8") for path in (SHOP / "src").rglob("*.py"))
    for name in noise:
        assert f'"NOISE_{name.upper()}"' in sources or f'number("{name.upper()}")' in sources
    template = (REPO / "helm-chart" / "templates" / "workloads.yaml").read_text(encoding="utf-8")
    assert 'printf "NOISE_%s" (upper $key)' in template


def test_every_style_of_the_chart_is_known() -> None:
    from shoplib.logs import STYLES

    raw = yaml.safe_load(VALUES.read_text(encoding="utf-8"))["services"]
    assert {entry["env"].get("LOG_STYLE", "json") for entry in raw.values()} == set(STYLES)
