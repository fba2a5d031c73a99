"""Find the first plan of a chain, whose beginning adopted it, in the index that counts its plans."""

from alembic import op

revision = "0054"
down_revision = "0053"


def upgrade() -> None:
    op.drop_index("ix_plan_status_chain_sha256", "plan")
    op.create_index("ix_plan_status_chain_sha256_id", "plan", ["status", "chain_sha256", "id"])
