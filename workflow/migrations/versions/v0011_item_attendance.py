"""The part of a member in one item (退席・除斥), the seat that presided, and the votes a decision was tallied from."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "item_attendance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(20), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name="fk_item_attendance_item_id"),
        sa.ForeignKeyConstraint(["member_id"], ["person.id"], name="fk_item_attendance_member_id"),
        sa.PrimaryKeyConstraint("id", name="pk_item_attendance"),
        sa.UniqueConstraint("item_id", "member_id", name="uq_item_attendance_item_id_member_id"),
    )
    op.add_column(
        "attendance", sa.Column("presided", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("decision", sa.Column("counts", sa.JSON(), nullable=True))
