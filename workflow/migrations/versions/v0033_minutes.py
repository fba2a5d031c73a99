"""The record of a sitting for its minutes: remarks at each item, guests, 傍聴者, and the time at which a member came late
or left."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("meeting", sa.Column("guests", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("meeting", sa.Column("observers", sa.Integer(), nullable=True))
    op.add_column("attendance", sa.Column("arrived_at", MOMENT, nullable=True))
    op.add_column("attendance", sa.Column("left_at", MOMENT, nullable=True))
    op.create_table(
        "speech",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("speaker", sa.String(20), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name="fk_speech_item_id"),
        sa.ForeignKeyConstraint(["member_id"], ["person.id"], name="fk_speech_member_id"),
        sa.ForeignKeyConstraint(["supersedes_id"], ["speech.id"], name="fk_speech_supersedes_id"),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name="fk_speech_recorded_by"),
        sa.PrimaryKeyConstraint("id", name="pk_speech"),
        sa.UniqueConstraint("supersedes_id", name="uq_speech_supersedes_id"),
    )
    op.create_index("ix_speech_item_id", "speech", ["item_id"])
