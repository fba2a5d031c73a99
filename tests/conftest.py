"""Every test that asks for `office` or `house` runs on a real SQLite file and on a real PostgreSQL."""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.databases import Databases, PostgreSQL, SQLite
from tests.support.run_folder import run_folder
from tests.support.scenario import House
from workflow.store.database import Office

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

ENTRY_POINTS = {"web", "cli"}
"""The folders of the pages, the calls and the commands: what they say is slow to ask."""

_whole_run = ExitStack()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="rules and use cases on SQLite, without a browser")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return True if config.getoption("--quick") and collection_path.name in ENTRY_POINTS else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--quick"):
        _leave_out(config, items, _is_slow)
    elif os.environ.get("CI"):
        _leave_out(config, items, _is_a_page_on_postgres)


def _leave_out(
    config: pytest.Config, items: list[pytest.Item], unwanted: Callable[[pytest.Item], bool]
) -> None:
    left_out = [item for item in items if unwanted(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if not unwanted(item)]


def _is_slow(item: pytest.Item) -> bool:
    """Whether it is marked so, or needs a browser or PostgreSQL."""
    needed = {*getattr(item, "fixturenames", ()), _database_of(item)}
    return item.get_closest_marker("slow") is not None or not needed.isdisjoint({"browser", "postgres"})


def _is_a_page_on_postgres(item: pytest.Item) -> bool:
    """Whether it asks a page of an office on PostgreSQL: what pages rest on is tried there by the other tests."""
    calls = ("test_api.py", "test_idempotency.py", "test_today.py", "test_receiving.py")
    of_pages = item.path.parent.name == "web" and item.path.name not in calls
    return of_pages and _database_of(item) == "postgres"


def _database_of(item: pytest.Item) -> str:
    chosen = getattr(item, "callspec", None)
    return str(chosen.params.get("office", "")) if chosen else ""


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not walk it again and again."""
    gc.collect()
    gc.freeze()


def pytest_configure(config: pytest.Config) -> None:
    """The run's folder is made once, before the workers start, and is where pytest makes its own."""
    if "SAKUTEI_TEST_RUN" not in os.environ:
        folder = str(_whole_run.enter_context(run_folder()))
        os.environ["SAKUTEI_TEST_RUN"] = os.environ["PYTEST_DEBUG_TEMPROOT"] = folder


def pytest_unconfigure() -> None:
    _whole_run.close()


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> SQLite:
    return SQLite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgreSQL]:
    databases = PostgreSQL(Path(os.environ["SAKUTEI_TEST_RUN"]))
    yield databases
    databases.stop()


@pytest.fixture
def chain() -> str:
    """The chain of `house`; a test that wants another parametrizes it."""
    return "itabashi_dx_2025"


@pytest.fixture(params=["sqlite", "postgres"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    databases: Databases = request.getfixturevalue(request.param)
    chain = request.getfixturevalue("chain") if "house" in request.fixturenames else None
    with databases.office(tmp_path, chain) as office:
        yield office


@pytest.fixture
def house(office: Office, chain: str) -> House:
    return House(office, chain)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """One loud line when the browser's tests were skipped."""
    if config.getoption("--quick"):
        return
    from tests.support.chromium import NO_BROWSER  # loads much that --quick has no use for

    skipped = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    unseen = sum(NO_BROWSER in reason for reason in skipped)
    if unseen:
        terminalreporter.write_line(f"BROWSER TESTS SKIPPED ({unseen}): {NO_BROWSER}", red=True, bold=True)
