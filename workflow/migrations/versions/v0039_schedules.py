"""The versions of each plan's own schedule."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.create_table(
        "schedule_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("agreed", sa.String(200), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_schedule_version_plan_id"),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name="fk_schedule_version_made_by"),
        sa.PrimaryKeyConstraint("id", name="pk_schedule_version"),
        sa.UniqueConstraint("plan_id", "number", name="uq_schedule_version_plan_id_number"),
    )
