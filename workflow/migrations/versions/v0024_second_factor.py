"""The second step of signing in: authenticator apps, recovery codes, and of whom the office demands it."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "authenticator",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_authenticator_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_authenticator"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_sha256", sa.String(64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_recovery_code_person_id"),
        sa.PrimaryKeyConstraint("code_sha256", name="pk_recovery_code"),
    )
    op.create_index("ix_recovery_code_person_id", "recovery_code", ["person_id"])
    op.create_table(
        "second_step_demand",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("whom", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_second_step_demand"),
    )
    op.add_column("sign_in", sa.Column("waits_for", sa.String(20), nullable=False, server_default=""))
