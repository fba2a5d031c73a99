"""To whom the office opens all its plans."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.create_table(
        "plans_opened",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("whom", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plans_opened"),
    )
