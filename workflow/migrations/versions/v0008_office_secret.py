"""A secret of the office's own, to seal receipts with: what sealed them before stands in the log for all to read."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    table = op.create_table(
        "office_secret",
        sa.Column("value", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("value", name="pk_office_secret"),
    )
    op.bulk_insert(table, [{"value": secrets.token_hex(32)}])
