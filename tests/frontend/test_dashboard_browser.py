"""The dashboard in a real browser, against a real platform with its shop."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from cli import npm
from cli.dashboard import ensure_dashboard, is_current
from platform_backend.config import REPO
from tests.e2e.platform_copy import Copy, free_ports
from tests.frontend.browser import DESKTOP, PHONE, WHY_NOT, browser, chromium, page_of, picture, serious_issues

pytestmark = pytest.mark.timeout(600)
PASSWORD = "correct horse battery 42"


@pytest.fixture(scope="module")
def opened() -> Iterator[Browser]:
    path = chromium()
    if not path:
        pytest.skip(WHY_NOT)
    with browser(path) as each:
        yield each


@pytest.fixture(scope="module")
def platform(opened: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """With the dashboard of today's sources."""
    npm.prepared()  # axe is one of the packages for development
    ensure_dashboard(REPO)
    assert is_current(REPO / "platform_frontend"), "the dashboard could not be built; see above"
    web, shop = free_ports(2)
    copy = Copy(tmp_path_factory.mktemp("platform"), web, shop)
    up = copy.run("up", "--detach")
    try:
        assert up.returncode == 0, up.stderr
        yield copy
    finally:
        copy.run("down")


def url(platform: Copy) -> str:
    return f"http://127.0.0.1:{platform.web_port}"


def link(platform: Copy) -> str:
    return platform.run("signin").stdout.split()[-1]


@pytest.fixture(scope="module")
def admin(platform: Copy) -> Iterator[httpx.Client]:
    token = (platform.state / "secrets" / "cli_token").read_text().strip()
    with httpx.Client(base_url=f"{url(platform)}/api/v1", headers={"Authorization": f"Bearer {token}"}) as client:
        yield client


@pytest.fixture
def page(opened: Browser, platform: Copy) -> Iterator[Page]:
    """Signed in as the admin."""
    with page_of(opened, url(platform)) as each:
        each.goto(link(platform))
        yield each


def join(admin: httpx.Client, name: str, role: str) -> None:
    """Somebody with an account of this role."""
    invited = admin.post("/invitations", json={"email": f"{name}@example.org"}).json()
    invitation = invited["link"].partition("invitation=")[2]
    body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD, "invitation": invitation}
    httpx.post(f"{admin.base_url}registration", json=body).raise_for_status()
    users: list[dict[str, Any]] = admin.get("/users", params={"search": name}).json()["results"]
    admin.patch(f"/users/{users[0]['id']}", json={"role": role}).raise_for_status()


def sign_in(page: Page, name: str) -> None:
    page.goto("/login")
    page.get_by_label("Name or e-mail").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/$"))


def test_a_link_signs_in_once(opened: Browser, platform: Copy) -> None:
    once = link(platform)
    with page_of(opened, url(platform)) as first:
        first.goto(once)
        expect(first.get_by_role("heading", name="Home")).to_be_visible()
        expect(first.get_by_text("Three steps to your first dataset")).to_be_visible()
    with page_of(opened, url(platform)) as second:
        second.goto(once)
        expect(second).to_have_url(re.compile("/login"))
        expect(second.get_by_text("That link has been used already")).to_be_visible()


def test_an_address_is_come_back_to_after_signing_in(opened: Browser, platform: Copy, admin: httpx.Client) -> None:
    join(admin, "ada", "operator")
    with page_of(opened, url(platform)) as page:
        page.goto("/faults/new?kind=cpu-stress")
        page.get_by_label("Name or e-mail").fill("ada@example.org")
        page.get_by_label("Password", exact=True).fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_be_visible()
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url(re.compile("/faults/new.*kind=cpu-stress"))
        expect(page.get_by_test_id("kind-cpu-stress")).to_have_attribute("aria-checked", "true")


def test_a_delay_is_injected_by_the_form_and_stopped(page: Page, admin: httpx.Client) -> None:
    page.get_by_role("link", name="Fault injection").click()
    page.get_by_role("link", name="Inject a fault").click()
    inject = page.get_by_test_id("inject")
    expect(inject).to_be_disabled()
    page.get_by_test_id("kind-network-delay").click()
    page.get_by_test_id("pod-productcatalogservice-0").click()
    page.get_by_label("latency_ms").fill("250")
    page.get_by_label("duration").fill("120")
    expect(page.get_by_test_id("preview-pod")).to_have_text("productcatalogservice-0")
    expect(page).to_have_url(re.compile("p.latency_ms=250"))
    page.reload()  # the address has it all
    expect(page.get_by_label("latency_ms")).to_have_value("250")
    picture(page, "fault-form")
    inject.click()
    expect(page).to_have_url(re.compile("/faults$"))
    stop = page.get_by_test_id("stop-network-delay")
    expect(stop).to_be_visible()
    expect(page.get_by_text("active", exact=True)).to_be_visible()
    picture(page, "faults")
    [running] = admin.get("/faults/injections", params={"limit": 1}).json()["results"]
    assert running["parameters"]["latency_ms"] == 250
    assert running["targets"] == ["productcatalogservice-0"]
    stop.click()
    expect(page.get_by_text("recovered", exact=True).first).to_be_visible()
    page.get_by_role("link", name="Again").first.click()
    expect(page.get_by_label("latency_ms")).to_have_value("250")


def test_the_emergency_stop_is_pressed_and_released(page: Page, admin: httpx.Client) -> None:
    page.get_by_role("button", name="Stop all").click()
    page.get_by_label("Why?").fill("a test")
    page.get_by_test_id("confirm-stop").click()
    expect(page.get_by_role("alert")).to_contain_text("a test")
    assert admin.get("/faults/emergency-stop").json()["blocked"]
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_text("Emergency stop in force")).to_have_count(0)
    assert not admin.get("/faults/emergency-stop").json()["blocked"]


def test_what_a_viewer_may_not_do_is_greyed_out_with_the_reason(
    opened: Browser, platform: Copy, admin: httpx.Client
) -> None:
    join(admin, "vera", "viewer")
    with page_of(opened, url(platform)) as page:
        sign_in(page, "vera")
        expect(page.get_by_role("link", name="Users")).to_have_count(0)
        expect(page.get_by_role("button", name="Stop all")).to_be_enabled()
        page.goto("/faults/new?kind=cpu-stress&pod=productcatalogservice-0")
        expect(page.get_by_test_id("preview-pod")).to_be_visible()
        inject = page.get_by_test_id("inject")
        expect(inject).to_be_disabled()
        inject.locator("..").hover()
        expect(page.get_by_text("This needs the role “operator” or more").first).to_be_visible()


def test_it_speaks_chinese_and_remembers(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Account of")).click()
    page.get_by_role("menuitem", name="中文").press("Enter")  # a click can miss what still moves
    expect(page.get_by_role("heading", name="首页")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="首页")).to_be_visible()
    page.get_by_role("button", name=re.compile("的账户")).click()
    page.get_by_role("menuitem", name="English").press("Enter")
    expect(page.get_by_role("heading", name="Home")).to_be_visible()


PAGES = (
    "/",
    "/faults",
    "/faults/calendar",
    "/faults/new?kind=network-delay",
    "/campaigns",
    "/campaigns/edit",
    "/data/logs",
    "/data/traces",
    "/data/metrics",
    "/data/faults",
    "/topology",
    "/datasets",
    "/datasets/new",
    "/datasets/import",
    "/account",
    "/users",
)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nobody_is_kept_out(opened: Browser, platform: Copy, theme: Any, size: dict[str, int]) -> None:
    """axe finds no serious issue on any page, and nothing is wider than the screen."""
    with page_of(opened, url(platform), theme=theme, size=size) as page:
        page.goto("/login")
        expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
        found = {"/login": serious_issues(page)}
        page.goto(link(platform))
        for address in PAGES:
            page.goto(address)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            page.wait_for_load_state("networkidle")
            found[address] = serious_issues(page)
            name = address.strip("/").partition("?")[0].replace("/", "-") or "home"
            picture(page, f"{name}-{theme}-{size['width']}")
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{address} is {wide} px wider than the screen"
    assert {address: issues for address, issues in found.items() if issues} == {}


def test_every_link_of_the_navigation_leads_somewhere(page: Page) -> None:
    for entry in page.get_by_role("navigation").get_by_role("link").all():
        entry.click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_text("There is no such page")).to_have_count(0)
