"""The last day to hand in items for a meeting; how far the agenda that a letter told of follows the log."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.add_column("meeting", sa.Column("items_due", sa.Date(), nullable=True))
    op.add_column("delivery", sa.Column("told_agenda", sa.Integer(), nullable=True))
    # 0: an agenda was told, and nobody noted which.
    op.execute(
        "UPDATE delivery SET told_agenda = 0 WHERE told_sequence IS NOT NULL AND kind <> 'meeting_cancelled'"
    )
