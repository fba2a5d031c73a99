"""照会: questions to departments and people, their answers and remarks, and the responses to these."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "inquiry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("silence", sa.String(20), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_inquiry_plan_id"),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name="fk_inquiry_version_id"),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name="fk_inquiry_asked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_inquiry"),
    )
    op.create_index("ix_inquiry_plan_id", "inquiry", ["plan_id"])
    op.create_index("ix_inquiry_due_on", "inquiry", ["due_on"])
    op.create_table(
        "inquiry_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inquiry_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiry.id"], name="fk_inquiry_question_inquiry_id"),
        sa.PrimaryKeyConstraint("id", name="pk_inquiry_question"),
    )
    op.create_index("ix_inquiry_question_inquiry_id", "inquiry_question", ["inquiry_id"])
    op.create_table(
        "addressee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inquiry_id", sa.Integer(), nullable=False),
        sa.Column("department_key", sa.String(60), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiry.id"], name="fk_addressee_inquiry_id"),
        sa.ForeignKeyConstraint(["department_key"], ["department.key"], name="fk_addressee_department_key"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_addressee_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_addressee"),
        sa.UniqueConstraint("inquiry_id", "department_key", name="uq_addressee_inquiry_id_department_key"),
        sa.UniqueConstraint("inquiry_id", "person_id", name="uq_addressee_inquiry_id_person_id"),
    )
    op.create_index("ix_addressee_department_key", "addressee", ["department_key"])
    op.create_index("ix_addressee_person_id", "addressee", ["person_id"])
    op.create_table(
        "inquiry_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("addressee_id", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("has_opinion", sa.Boolean(), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["addressee_id"], ["addressee.id"], name="fk_inquiry_answer_addressee_id"),
        sa.ForeignKeyConstraint(["given_by"], ["person.id"], name="fk_inquiry_answer_given_by"),
        sa.PrimaryKeyConstraint("id", name="pk_inquiry_answer"),
        sa.UniqueConstraint("addressee_id", "turn", name="uq_inquiry_answer_addressee_id_turn"),
    )
    op.create_table(
        "inquiry_remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("page", sa.String(60), nullable=False),
        sa.Column("section", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["inquiry_answer.id"], name="fk_inquiry_remark_answer_id"),
        sa.ForeignKeyConstraint(
            ["question_id"], ["inquiry_question.id"], name="fk_inquiry_remark_question_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_inquiry_remark"),
    )
    op.create_index("ix_inquiry_remark_answer_id", "inquiry_remark", ["answer_id"])
    op.create_table(
        "inquiry_response",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("remark_id", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["remark_id"], ["inquiry_remark.id"], name="fk_inquiry_response_remark_id"),
        sa.ForeignKeyConstraint(["given_by"], ["person.id"], name="fk_inquiry_response_given_by"),
        sa.PrimaryKeyConstraint("id", name="pk_inquiry_response"),
        sa.UniqueConstraint("remark_id", "turn", name="uq_inquiry_response_remark_id_turn"),
    )
