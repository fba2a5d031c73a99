"""The provider's identity that a person is bound to."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "provider_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(500), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("bound_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_provider_identity_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_provider_identity"),
        sa.UniqueConstraint("issuer", "subject", name="uq_provider_identity_issuer_subject"),
        sa.UniqueConstraint("issuer", "person_id", name="uq_provider_identity_issuer_person_id"),
    )
