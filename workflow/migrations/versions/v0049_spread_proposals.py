"""The newest proposal that spreads the plans over the sittings of their bodies."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    op.create_table(
        "spread_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name="fk_spread_proposal_asked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_spread_proposal"),
        sqlite_autoincrement=True,
    )
