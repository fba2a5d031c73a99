"""What a tick costs when nothing is due: it comes every minute, over years of meetings."""

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import event, insert, select

from tests.support.outbox_scenario import PostRoom
from workflow.store.database import Office
from workflow.store.tables import Meeting

GROWING = {
    "sqlite": "meeting|event|delivery|agenda_item|vote|decision",
    # PostgreSQL chooses by size: the few deliveries of a test it reads whole, whatever index there is.
    "postgresql": "meeting|event",
}
OVER = 3000
"""Enough meetings of years past that PostgreSQL, which chooses by size, looks for the few it needs by index."""


def test_a_tick_with_nothing_due_reads_no_growing_table_from_end_to_end(room: PostRoom) -> None:
    _years_of_meetings(room.office, room.meeting("2023-06-12 14:00"))
    room.at("2023-04-03 09:00").tick()
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    event.listen(room.office.engine, "before_cursor_execute", note)
    room.tick()
    event.remove(room.office.engine, "before_cursor_execute", note)
    plans = {text: _plan(room.office, text, values) for text, values in asked if text.startswith("SELECT")}
    assert any("ix_meeting_ends_at_body_key" in plan for plan in plans.values())
    assert not [text for text, plan in plans.items() if "ix_event_tag" in plan]
    whole = rf"(SCAN|Seq Scan on) ({GROWING[room.office.engine.dialect.name]})\b"
    assert [text for text, plan in plans.items() if re.search(whole, plan)] == []


def _years_of_meetings(office: Office, like: int) -> None:
    with office.writing() as db:
        row = db.execute(select(Meeting.__table__).where(Meeting.id == like)).one()._asdict()
        held = {
            "starts_at": row["starts_at"] - timedelta(days=900),
            "ends_at": row["ends_at"] - timedelta(days=900),
        }
        db.execute(
            insert(Meeting),
            [row | held | {"id": like + number, "status": "closed"} for number in range(1, OVER)],
        )
    with office.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _plan(office: Office, statement: str, parameters: Any) -> str:
    with office.engine.connect() as connection:
        explain = "EXPLAIN QUERY PLAN"
        if office.engine.dialect.name == "postgresql":
            # The tables of a test are so small that reading them whole is the better plan.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            explain = "EXPLAIN"
        return "\n".join(
            str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", parameters)
        )
