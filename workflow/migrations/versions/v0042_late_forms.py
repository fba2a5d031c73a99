"""Forms that arrived after their session had ended, for their writers."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.create_table(
        "late_form",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(500), nullable=False),
        sa.Column("page", sa.String(500), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_late_form_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_late_form"),
    )
