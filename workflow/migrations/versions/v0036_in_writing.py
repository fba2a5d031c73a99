"""持ち回り: why it is held and what is asked, the consent to it, remarks with answers, and answers that came too late."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.add_column("vote", sa.Column("remark", sa.Text(), nullable=True))
    op.create_table(
        "written_terms",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("asks", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name="fk_written_terms_meeting_id"),
        sa.PrimaryKeyConstraint("meeting_id", name="pk_written_terms"),
    )
    op.create_table(
        "written_consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name="fk_written_consent_meeting_id"),
        sa.ForeignKeyConstraint(["member_id"], ["person.id"], name="fk_written_consent_member_id"),
        sa.ForeignKeyConstraint(["given_by"], ["person.id"], name="fk_written_consent_given_by"),
        sa.PrimaryKeyConstraint("id", name="pk_written_consent"),
        sa.UniqueConstraint(
            "meeting_id", "member_id", "turn", name="uq_written_consent_meeting_id_member_id_turn"
        ),
    )
    op.create_table(
        "late_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(20), nullable=False),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("given_by", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name="fk_late_answer_item_id"),
        sa.ForeignKeyConstraint(["member_id"], ["person.id"], name="fk_late_answer_member_id"),
        sa.ForeignKeyConstraint(["given_by"], ["person.id"], name="fk_late_answer_given_by"),
        sa.PrimaryKeyConstraint("id", name="pk_late_answer"),
    )
    op.create_index("ix_late_answer_item_id", "late_answer", ["item_id"])
