"""Find a department's plans of one status in the order of their keys, without looking at all that it ever made."""

from alembic import op

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    op.drop_index("ix_plan_department_key_status", "plan")
    op.create_index("ix_plan_department_key_status_key", "plan", ["department_key", "status", "key"])
