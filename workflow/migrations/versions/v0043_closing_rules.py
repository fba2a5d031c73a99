"""The days an office is closed each year."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.create_table(
        "closing_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("first_on", sa.String(5), nullable=False),
        sa.Column("last_on", sa.String(5), nullable=False),
        sa.Column("since_year", sa.Integer(), nullable=False),
        sa.Column("until_year", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_closing_rule"),
    )
