"""Deliveries that were sent again by hand know how often: each time is a letter of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("delivery", sa.Column("resent", sa.Integer(), nullable=False, server_default="0"))
