"""Events of which no notice could be made, so that they hold up no other and are read again."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "held_event",
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", MOMENT, nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_seq"], ["event.seq"], name="fk_held_event_event_seq"),
        sa.PrimaryKeyConstraint("event_seq", name="pk_held_event"),
    )
