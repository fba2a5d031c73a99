"""The official order (建制順) of the departments; those there are keep the order of their keys until somebody sets it."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    op.add_column("department", sa.Column("rank", sa.Integer(), nullable=False, server_default="0"))
