"""Find the 持ち回り whose answers are due without reading every meeting."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_index("ix_meeting_form_ends_at", "meeting", ["form", "ends_at"])
