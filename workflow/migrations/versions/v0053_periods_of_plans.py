"""Find the newest public comments of many plans in the index alone."""

from alembic import op

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    op.drop_index("ix_comment_period_plan_id", "comment_period")
    columns = ["plan_id", "published_at", "cancelled_at"]
    op.create_index(f"ix_comment_period_{'_'.join(columns)}", "comment_period", columns)
