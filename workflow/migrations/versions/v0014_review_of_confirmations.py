"""後閲 of a confirmation that a chair's deputy gave."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "confirmation_review",
        sa.Column("confirmation_id", sa.Integer(), nullable=False),
        sa.Column("reviewed_by", sa.Integer(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmation_id"], ["confirmation.id"], name="fk_confirmation_review_confirmation_id"
        ),
        sa.ForeignKeyConstraint(["reviewed_by"], ["person.id"], name="fk_confirmation_review_reviewed_by"),
        sa.PrimaryKeyConstraint("confirmation_id", name="pk_confirmation_review"),
    )
