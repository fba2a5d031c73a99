"""Find what is to come, under way or asked for in an office of many years without reading its archive."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"

INDEXES = (
    ("meeting", ["ends_at", "body_key"]),
    ("plan", ["department_key", "key"]),
    ("plan", ["status", "key"]),
    ("plan", ["title", "key"]),
    ("plan", ["entered_at", "key"]),
    ("comment_period", ["plan_id"]),
    ("comment_period", ["opens_on"]),
    ("comment_period", ["closes_on"]),
    ("comment_period", ["published_at", "cancelled_at"]),
    ("event", ["at", "seq"]),
    ("event", ["by", "at", "seq"]),
    ("event", ["tag", "at", "seq"]),
)


def upgrade() -> None:
    for table, columns in INDEXES:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)
    for table, column, where in (
        ("decision", "body_key", "manner = 'chair_alone'"),
        ("agenda_item", "approves_id", "approves_id IS NOT NULL"),
    ):
        few = sa.text(where)
        op.create_index(f"ix_{table}_{column}", table, [column], sqlite_where=few, postgresql_where=few)
    few = sa.text("plan_id IS NULL")
    titles = "ix_agenda_item_title_id"
    op.create_index(titles, "agenda_item", ["title", "id"], sqlite_where=few, postgresql_where=few)
