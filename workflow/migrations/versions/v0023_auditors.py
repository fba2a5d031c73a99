"""Persons who hold the role 監査."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_table(
        "auditor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_auditor_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_auditor"),
    )
    op.create_index("ix_auditor_person_id", "auditor", ["person_id"], unique=False)
