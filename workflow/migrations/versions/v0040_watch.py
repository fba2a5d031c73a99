"""The finding of the day's comparison of record and schedule, for each plan."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    op.create_table(
        "plan_watch",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("watched_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_plan_watch_plan_id"),
        sa.PrimaryKeyConstraint("plan_id", name="pk_plan_watch"),
    )
    op.create_index("ix_plan_watch_due_on", "plan_watch", ["due_on"])
