"""Submitters of opinions in rows of their own, which can be erased while the submissions stay."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

COLUMNS = ("name", "address", "telephone", "affiliation", "salt")


def upgrade() -> None:
    op.create_table(
        "submitter",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("address", sa.String(400), nullable=False),
        sa.Column("telephone", sa.String(60), nullable=False),
        sa.Column("affiliation", sa.String(400), nullable=False),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name="fk_submitter_submission_id"),
        sa.PrimaryKeyConstraint("submission_id", name="pk_submitter"),
    )
    columns = ", ".join(COLUMNS)
    op.execute(f"INSERT INTO submitter (submission_id, {columns}) SELECT id, {columns} FROM submission")  # noqa: S608
    for column in COLUMNS:
        op.drop_column("submission", column)
