"""Open meetings: the decisions that close a meeting or an item to the public, and the publications of minutes."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.create_table(
        "closing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("basis", sa.String(200), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name="fk_closing_meeting_id"),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name="fk_closing_item_id"),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name="fk_closing_recorded_by"),
        sa.PrimaryKeyConstraint("id", name="pk_closing"),
    )
    op.create_index("ix_closing_meeting_id", "closing", ["meeting_id"])
    op.create_table(
        "publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("done_by", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["text_id"], ["minutes_text.id"], name="fk_publication_text_id"),
        sa.ForeignKeyConstraint(["done_by"], ["person.id"], name="fk_publication_done_by"),
        sa.PrimaryKeyConstraint("id", name="pk_publication"),
    )
    op.create_index("ix_publication_text_id", "publication", ["text_id"])
