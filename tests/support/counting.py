"""The SQL statements of a use case, counted."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from tests.support.scenario import House


@contextmanager
def counted(house: House) -> Iterator[list[str]]:
    """The statements sent inside, without BEGIN, COMMIT and the writer's lock."""
    sent: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN") and "pg_advisory_xact_lock" not in statement:
            sent.append(statement)

    event.listen(house.office.engine, "before_cursor_execute", note)
    yield sent
    event.remove(house.office.engine, "before_cursor_execute", note)
