"""The database's form: brought up to date by migrations, and checked before use."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from workflow.domain.errors import DatabaseUnusable
from workflow.store import authenticators, guards
from workflow.store.database import Office
from workflow.store.event_log import name_rows_found


def migrate(office: Office, to: str = "head") -> None:
    """Bring the database to the newest form, with every trigger; does nothing when it is. All of it or nothing."""
    with office.migrating() as connection:
        _refuse_newer(connection)
        upgrade(connection, to)
        if to == "head":
            authenticators.seal_all(connection, office.key_file)


def upgrade(connection: Connection, to: str) -> None:
    """Bring the database to that form, in the transaction of the connection; to the newest, with every trigger."""
    changes = _form_of(connection) != _script().get_current_head()
    if changes:
        guards.stop_noting(connection)
    command.upgrade(_config(connection=connection), to)
    if to == "head":
        guards.set_up(connection)
        if changes:
            name_rows_found(connection)


def is_empty(office: Office) -> bool:
    """Return whether the database was never prepared."""
    with office.reading() as db:
        return _form_of(db.connection()) is None


def require_current(office: Office) -> None:
    """Raises `DatabaseUnusable` when the database has not the form this program needs."""
    with office.reading() as db:
        connection = db.connection()
        found = MigrationContext.configure(connection).get_current_revision()
        if found == _script().get_current_head():
            return
        _refuse_newer(connection)
        raise DatabaseUnusable(
            "まだ準備されていません" if found is None else "古い形式です",
            "`sakutei init` を実行してください。記録は残ります。",
        )


def _refuse_newer(connection: Connection) -> None:
    if (found := _form_of(connection)) is not None:
        require_known(found)


def _form_of(connection: Connection) -> str | None:
    """The form of the database, None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def require_known(revision: str) -> None:
    """Raises `DatabaseUnusable` for the form of a newer program."""
    if revision not in {script.revision for script in _script().walk_revisions()}:
        raise DatabaseUnusable("このプログラムより新しい形式です", "新しい版のプログラムを使ってください。")


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config(**attributes: Any) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations"))
    config.attributes.update(attributes)
    return config
