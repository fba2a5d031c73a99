"""Find the first plan of a chain, whose beginning adopted it, in the index."""

from alembic import op

revision = "0054"
down_revision = "0053"


def upgrade() -> None:
    op.create_index("ix_plan_chain_sha256_id", "plan", ["chain_sha256", "id"])
