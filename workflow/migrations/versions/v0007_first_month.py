"""A plan's schedule may begin in another month than its definition's."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("plan", sa.Column("first_month", sa.String(7)))
