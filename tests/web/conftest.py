from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.house import House
from tests.web.browsing import Site, chromium, site_of, skip_without_chromium
from workflow.office import Office


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    skip_without_chromium()
    with chromium() as found:
        yield found


@pytest.fixture
def site(browser: Browser, sqlite_template: Path, tmp_path: Path) -> Iterator[Site]:
    """A house's pages, on SQLite: what the databases do differently is tested without a browser."""
    (tmp_path / "sakutei.db").write_bytes(sqlite_template.read_bytes())
    office = Office(f"sqlite:///{tmp_path}/sakutei.db", tmp_path / "files")
    with site_of(House(office), browser) as found:
        yield found
    office.close()
