"""Items of an agenda without a gate: headings, matters of the body's own, interim reports on a plan; and the minutes
planned for each item."""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text

revision = "0030"
down_revision = "0029"

NO_LONGER_REQUIRED = ("plan_id", "gate_key", "stage", "visit", "version_id")


def upgrade() -> None:
    op.add_column("agenda_item", sa.Column("title", sa.String(200), nullable=True))
    op.add_column("agenda_item", sa.Column("planned_minutes", sa.Integer(), nullable=True))
    op.add_column("agenda_item", sa.Column("result", sa.Text(), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        _require_no_longer_in_sqlite()
    else:
        for column in NO_LONGER_REQUIRED:
            op.alter_column("agenda_item", column, nullable=True)


def _require_no_longer_in_sqlite() -> None:
    """By the way that SQLite's manual gives for changes that leave the rows as they are (lang_altertable, 7): to make the
    table anew would drop what decisions and votes refer to."""
    connection = op.get_bind()
    written = connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'agenda_item'"))
    for column in NO_LONGER_REQUIRED:
        written = re.sub(rf"(\b{column} [A-Z0-9()]+) NOT NULL", r"\1", written)
    version = connection.scalar(text("PRAGMA schema_version"))
    connection.execute(text("PRAGMA writable_schema = ON"))
    connection.execute(
        text("UPDATE sqlite_master SET sql = :written WHERE type = 'table' AND name = 'agenda_item'"),
        {"written": written},
    )
    connection.execute(text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(text("PRAGMA writable_schema = RESET"))
