"""The papers of a meeting (会議資料), and the day by which they are due; and what a letter that was sent knew of."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

MOMENT = sa.DateTime(timezone=True)
REFERS = {
    "meeting_id": "meeting.id",
    "item_id": "agenda_item.id",
    "sha256": "document.sha256",
    "replaces_id": "paper.id",
    "added_by": "person.id",
}


def upgrade() -> None:
    op.add_column("meeting", sa.Column("papers_due", sa.Date(), nullable=True))
    op.add_column("delivery", sa.Column("told_event", sa.Integer(), nullable=True))
    op.create_table(
        "paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("filename", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("audience", sa.String(20), nullable=False),
        sa.Column("audience_why", sa.Text(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_why", sa.Text(), nullable=True),
        *(
            sa.ForeignKeyConstraint([column], [referred], name=f"fk_paper_{column}")
            for column, referred in REFERS.items()
        ),
        sa.UniqueConstraint(
            "meeting_id", "kind", "number", "edition", name="uq_paper_meeting_id_kind_number_edition"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_paper"),
    )
    op.create_index("ix_paper_item_id", "paper", ["item_id"])
