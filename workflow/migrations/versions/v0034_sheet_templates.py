"""The office's own Word templates for the papers of meetings."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_table(
        "sheet_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("filename", sa.String(200), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["document.sha256"], name="fk_sheet_template_sha256"),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name="fk_sheet_template_set_by"),
        sa.PrimaryKeyConstraint("id", name="pk_sheet_template"),
    )
    op.create_index("ix_sheet_template_kind", "sheet_template", ["kind"])
