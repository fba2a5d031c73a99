"""Calendars of others that are kept, their entries, and the closed days that come from them."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0045"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "kept_calendar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("room", sa.String(200), nullable=True),
        sa.Column("url", sa.String(500), nullable=True),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("etag", sa.String(200), nullable=True),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name="fk_kept_calendar_added_by"),
        sa.PrimaryKeyConstraint("id", name="pk_kept_calendar"),
    )
    op.create_table(
        "calendar_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.Column("gone_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["calendar_id"], ["kept_calendar.id"], name="fk_calendar_entry_calendar_id"),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_entry"),
    )
    op.create_index(
        "ix_calendar_entry_calendar_id_gone_at_ends_at",
        "calendar_entry",
        ["calendar_id", "gone_at", "ends_at"],
    )
    op.add_column("closed_day", sa.Column("calendar_id", sa.Integer(), nullable=True))
