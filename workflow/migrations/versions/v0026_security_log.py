"""The security log: sign-ins, refusals and readings of citizens' data, chained by hash."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "security_entry",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("route", sa.String(200), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=True),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_security_entry_person_id"),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_security_entry_plan_id"),
        sa.ForeignKeyConstraint(["event_seq"], ["event.seq"], name="fk_security_entry_event_seq"),
        sa.PrimaryKeyConstraint("seq", name="pk_security_entry"),
    )
    op.create_index("ix_security_entry_person_id", "security_entry", ["person_id"])
    op.create_index("ix_security_entry_kind_at", "security_entry", ["kind", "at"])
