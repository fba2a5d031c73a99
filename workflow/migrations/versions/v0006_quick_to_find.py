"""Find the answer to a 専決, and the meetings that are not over, without reading the archive."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    answers = sa.text("ratifies_id IS NOT NULL")
    op.create_index(
        "ix_decision_ratifies_id",
        "decision",
        ["ratifies_id"],
        sqlite_where=answers,
        postgresql_where=answers,
    )
    op.create_index("ix_meeting_status_body_key_starts_at", "meeting", ["status", "body_key", "starts_at"])
