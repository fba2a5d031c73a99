"""A delivery knows which schedule of its meeting it told of, and a reminder is claimed for one: a meeting moved back to
its first day is reminded of again."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

MOMENT = sa.DateTime(timezone=True)
DELIVERY = sa.table("delivery", *(sa.column(name) for name in ("id", "claim", "kind", "meeting_id")))
MEETING = sa.table(
    "meeting",
    sa.column("id"),
    sa.column("sequence"),
    sa.column("starts_at", MOMENT),
    sa.column("ends_at", MOMENT),
)


def upgrade() -> None:
    op.add_column("delivery", sa.Column("told_sequence", sa.Integer(), nullable=True))
    bind = op.get_bind()
    rows = bind.execute(
        sa.select(DELIVERY.c.id, DELIVERY.c.claim, DELIVERY.c.kind, MEETING)
        .join(MEETING, MEETING.c.id == DELIVERY.c.meeting_id)
        .where(DELIVERY.c.kind.in_(["meeting", "agenda_deadline", "unanswered"]))
    )
    for row in rows.all():
        thing, number, rule, stamp, recipient = row.claim.split(":")
        aim = row.ends_at if row.kind == "unanswered" else row.starts_at
        # What was claimed for a day the meeting left keeps its claim: nothing claims that way any more.
        if stamp == _stamp(aim):
            claim = f"{thing}:{number}:{rule}:{row.sequence}:{recipient}"
            bind.execute(sa.update(DELIVERY).where(DELIVERY.c.id == row.id).values(claim=claim))


def _stamp(moment: Any) -> str:
    read = moment if isinstance(moment, datetime) else datetime.fromisoformat(str(moment))
    aware = read if read.tzinfo else read.replace(tzinfo=UTC)
    return f"{aware.astimezone(UTC):%Y%m%dT%H%MZ}"
