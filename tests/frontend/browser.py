"""A real headless Chromium, Debian's package, driven by Playwright; and a real platform behind it."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Browser, Page, expect, sync_playwright

from platform_backend.config import REPO

PACKAGE: Final = "chromium"
# Without these it asks for the outside world at each start, which a machine without one refuses many times.
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE: Final = REPO / "platform_frontend" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS: Final = {"serious", "critical"}
DESKTOP: Final = {"width": 1360, "height": 900}
PHONE: Final = {"width": 390, "height": 844}
PATIENCE_MS: Final = 30_000  # a busy machine is no reason to fail
Theme = Literal["light", "dark"]


def chromium() -> str:
    """Its path; empty where it is missing and can't be installed, of which why_not() tells more."""
    found = shutil.which(PACKAGE) or shutil.which("chromium-browser")
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "-q", "update"],
            ["apt-get", "-q", "-y", "--no-install-recommends", "install", PACKAGE],
        ):
            subprocess.run(command, env=environment, timeout=400, capture_output=True)
        found = shutil.which(PACKAGE)
    return found or ""


WHY_NOT: Final = f"Chromium is missing; on Debian: sudo apt-get install --no-install-recommends {PACKAGE}"


@contextmanager
def browser(path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def page_of(
    opened: Browser, url: str, *, theme: Theme = "light", size: dict[str, int] = DESKTOP, language: str = "en-GB"
) -> Iterator[Page]:
    """A page with cookies of its own, whose errors fail the test."""
    context = opened.new_context(
        base_url=url,
        viewport=size,
        color_scheme=theme,
        locale=language,
        bypass_csp=False,  # type: ignore[arg-type]
    )
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None)
    try:
        yield page
        assert errors == []
    finally:
        context.close()


def serious_issues(page: Page) -> list[str]:
    """What axe finds that keeps people out: for each rule, where."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{each['id']}: {json.dumps([node['target'] for node in each['nodes']][:5])}"
        for each in found
        if each["impact"] in SERIOUS
    ]


def picture(page: Page, name: str) -> None:
    """For README and guides, where DASHBOARD_PICTURES names the folder; otherwise nothing."""
    if folder := os.environ.get("DASHBOARD_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png")
