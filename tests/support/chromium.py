"""Real pages in real headless Chromium: a server on this machine, and people who sit before it."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.support.scenario import House
from tests.support.web_client import PASSWORD, mail_settings
from workflow.web.app import build
from workflow.web.pages.demo import Demo

CHROMIUM = shutil.which("chromium")
NO_BROWSER = "no Chromium: as root, `apt-get install chromium fonts-noto-cjk`, then run the tests again"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
PHONE = {"width": 390, "height": 844}
TABLET = {"width": 768, "height": 1024}
DESKTOP = {"width": 1280, "height": 900}


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The application on a free port of this machine; yields its URL."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(5)


class Site:
    """A house's pages, and the people who open them."""

    def __init__(self, house: House, browser: Browser, url: str, app: FastAPI) -> None:
        self.house, self.browser, self.url, self.app = house, browser, url, app

    def person(self, key: str | None = None, *, scripts: bool = True, **context: Any) -> Page:
        """A person before a screen of their own, signed in when they have a key."""
        screen = {"viewport": DESKTOP, "locale": "ja-JP", "timezone_id": "Asia/Tokyo"}
        screen |= {"base_url": self.url, **context}
        page = self.browser.new_context(java_script_enabled=scripts, **screen).new_page()
        page.set_default_timeout(10_000)
        if key:
            self.house.has_password(key, PASSWORD)
            sign_in(page, key, PASSWORD)
        return page


def sign_in(page: Page, key: str, password: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("利用者ID").fill(key)
    page.get_by_label("パスワード").fill(password)
    page.get_by_role("button", name="サインイン", exact=True).click()
    page.get_by_role("heading", name="今日の仕事").wait_for()


@contextmanager
def site_of(house: House, browser: Browser, demo: Demo | None = None) -> Iterator[Site]:
    app = build(house.office, mail_settings(house.office.files.parent), clock=lambda: house.now, demo=demo)
    with serving(app) as url:
        yield Site(house, browser, url, app)


_UNEVEN_ROWS = """() => [...document.querySelectorAll("table")]
  .filter(table => table.tHead && !table.querySelector("[rowspan]"))
  .flatMap(table => {
    const cells = row => [...row.cells].reduce((sum, cell) => sum + cell.colSpan, 0)
    return [...table.tBodies].flatMap(body => [...body.rows])
      .filter(row => cells(row) !== cells(table.tHead.rows[0])).map(row => row.innerText.slice(0, 80))
  })"""


def every(there: Locator) -> list[Locator]:
    """All that stand there, of which there is one at least: `Locator.all` alone does not wait for the page that a click
    leads to."""
    expect(there.first).to_be_attached()
    return there.all()


def must_read_well(page: Page, sizes: Sequence[Any] = (DESKTOP, PHONE)) -> None:
    """No serious barrier by WCAG 2.1 AA, at each of the sizes, nothing to scroll sideways for, and in every table a cell
    for each heading."""
    page.wait_for_load_state()  # a page that a button led to may stand there before its style sheet does
    assert page.evaluate(_UNEVEN_ROWS) == [], page.url
    for size in sizes:
        page.set_viewport_size(size)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{page.url} is {wide}px wider than a screen of {size['width']}px"
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
        serious = [v for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
        assert not serious, f"{page.url}: " + "; ".join(
            f"{v['id']} {[n['html'][:120] for n in v['nodes'][:3]]}" for v in serious
        )
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]


def skip_without_chromium() -> None:
    """Without Chromium the browser's tests are skipped, loudly; in CI they fail."""
    if CHROMIUM is None:
        if os.environ.get("SAKUTEI_BROWSER") == "required":
            pytest.fail(NO_BROWSER, pytrace=False)
        pytest.skip(NO_BROWSER)


def shoot(page: Page, folder: Path, name: str) -> None:
    """Screenshots for a person to look at: on a desktop, a tablet and a phone, and printed."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, size in (("desktop", DESKTOP), ("tablet", TABLET), ("phone", PHONE)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.screenshot(path=folder / f"{name}-{kind}.png", full_page=True)
    page.set_viewport_size({"width": 794, "height": 1123})
    page.emulate_media(media="print")
    page.screenshot(path=folder / f"{name}-print.png", full_page=True)
    page.emulate_media(media="screen")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
