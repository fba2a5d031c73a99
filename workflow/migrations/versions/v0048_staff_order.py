"""The official order (建制順) of the people of a department; those there stand as they were added until somebody sets it."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    op.add_column("posting", sa.Column("rank", sa.Integer(), nullable=False, server_default="0"))
