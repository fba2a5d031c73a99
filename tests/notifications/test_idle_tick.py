"""What a tick costs when nothing is due: it comes every minute, over years of meetings."""

import re
from typing import Any

from sqlalchemy import event

from tests.notifications.post_room import PostRoom
from workflow.office import Office

GROWING = {
    "sqlite": "meeting|event|delivery|agenda_item|vote|decision",
    # PostgreSQL chooses by size: the few deliveries of a test it reads whole, whatever index there is.
    "postgresql": "meeting|event",
}
BY_INDEX = {
    "sqlite": "ix_meeting_form_ends_at",
    # Of the indexes on meetings it takes, by size again, the one or the other.
    "postgresql": "ix_meeting_",
}


def test_a_tick_with_nothing_due_reads_no_growing_table_from_end_to_end(room: PostRoom) -> None:
    room.meeting("2023-06-12 14:00")
    room.at("2023-04-03 09:00").tick()
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    event.listen(room.office.engine, "before_cursor_execute", note)
    room.tick()
    event.remove(room.office.engine, "before_cursor_execute", note)
    plans = {text: _plan(room.office, text, values) for text, values in asked if text.startswith("SELECT")}
    assert any(BY_INDEX[room.office.engine.dialect.name] in plan for plan in plans.values())
    whole = rf"(SCAN|Seq Scan on) ({GROWING[room.office.engine.dialect.name]})\b"
    assert [text for text, plan in plans.items() if re.search(whole, plan)] == []


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
