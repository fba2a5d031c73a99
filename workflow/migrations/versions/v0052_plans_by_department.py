"""Find the plans department by department in the official order (建制順), and by a word of their title, in the index alone."""

from alembic import op

revision = "0052"
down_revision = "0051"

OF_PLANS = (
    (["department_key", "key"], ["department_key", "key", "chain_sha256", "id"]),
    (["key", "title"], ["key", "title", "id"]),
)


def upgrade() -> None:
    op.create_index("ix_department_rank_key", "department", ["rank", "key"], unique=True)
    for old, new in OF_PLANS:
        op.drop_index(f"ix_plan_{'_'.join(old)}", "plan")
        op.create_index(f"ix_plan_{'_'.join(new)}", "plan", new)
