from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.chromium import Site, chromium, site_of, skip_without_chromium
from tests.support.databases import SQLite
from tests.support.scenario import House


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    skip_without_chromium()
    with chromium() as found:
        yield found


@pytest.fixture
def site(browser: Browser, sqlite: SQLite, tmp_path: Path, chain: str) -> Iterator[Site]:
    """A house's pages, on SQLite: what the databases do differently is tested without a browser."""
    with sqlite.office(tmp_path, chain) as office, site_of(House(office, chain), browser) as found:
        yield found
