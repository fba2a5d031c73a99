"""Minutes in versions of their own, with their state: what was typed when a meeting was closed is its first 概要. And the
record of a sitting that they are made from: remarks at each item, guests, 傍聴者, and the time at which a member came late
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
    op.create_table(
        "minutes_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=True),
        sa.Column("written_at", MOMENT, nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name="fk_minutes_text_meeting_id"),
        sa.ForeignKeyConstraint(["written_by"], ["person.id"], name="fk_minutes_text_written_by"),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name="fk_minutes_text_settled_by"),
        sa.PrimaryKeyConstraint("id", name="pk_minutes_text"),
        sa.UniqueConstraint("meeting_id", "kind", "version", name="uq_minutes_text_meeting_id"),
    )
    op.create_index("ix_minutes_text_state", "minutes_text", ["state"])
    op.add_column("agenda_item", sa.Column("approves_id", sa.Integer(), nullable=True))
    op.execute(_WHAT_WAS_TYPED)
    op.drop_column("meeting", "minutes")


_WHAT_WAS_TYPED = """
INSERT INTO minutes_text (meeting_id, kind, version, text, state, revision, edited, reason, note, written_by, written_at)
SELECT meeting.id, 'summary', 1, meeting.minutes, 'confirmed', 0, true, '', '', event."by", event.at
FROM meeting LEFT JOIN event ON event.seq = (
    SELECT max(told.seq) FROM event AS told
    WHERE told.meeting_id = meeting.id AND told.tag IN ('meeting.closed', 'meeting.minutes_corrected')
)
WHERE meeting.minutes <> '' ORDER BY meeting.id
"""
