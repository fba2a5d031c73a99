"""Count a month's meetings, and find those of a body that ended, in the index alone."""

from alembic import op

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    op.drop_index("ix_meeting_starts_at", "meeting", if_exists=True)
    for columns in (["starts_at", "id", "status", "body_key"], ["status", "body_key", "ends_at"]):
        op.create_index(f"ix_meeting_{'_'.join(columns)}", "meeting", columns)
