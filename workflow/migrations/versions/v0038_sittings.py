"""The sitting in one form: drafts of it, each its writer's own; the marks that readers make at items for themselves; and
remarks that stand between two others."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "sitting_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name="fk_sitting_draft_meeting_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_sitting_draft_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sitting_draft"),
        sa.UniqueConstraint("meeting_id", "person_id", name="uq_sitting_draft_meeting_id_person_id"),
    )
    op.create_table(
        "agenda_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(20), nullable=False),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name="fk_agenda_mark_item_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_agenda_mark_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_agenda_mark"),
        sa.UniqueConstraint("item_id", "person_id", name="uq_agenda_mark_item_id_person_id"),
    )
    op.add_column("speech", sa.Column("follows", sa.Integer(), nullable=True))
