"""Answers of members to the invitation to a meeting, the links by which they answer from a mail, mails in the inbox
for answers that are none, and the contact of a body's 事務局; deputies while a person is away."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "rsvp",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("intent", sa.String(20), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=True),
        sa.Column("deputy_name", sa.String(200), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("way", sa.String(20), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name="fk_rsvp_meeting_id"),
        sa.ForeignKeyConstraint(["member_id"], ["person.id"], name="fk_rsvp_member_id"),
        sa.ForeignKeyConstraint(["deputy_id"], ["person.id"], name="fk_rsvp_deputy_id"),
        sa.ForeignKeyConstraint(["given_by"], ["person.id"], name="fk_rsvp_given_by"),
        sa.PrimaryKeyConstraint("id", name="pk_rsvp"),
    )
    op.create_index("ix_rsvp_meeting_id_member_id", "rsvp", ["meeting_id", "member_id"])
    op.create_table(
        "rsvp_link",
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name="fk_rsvp_link_meeting_id"),
        sa.ForeignKeyConstraint(["member_id"], ["person.id"], name="fk_rsvp_link_member_id"),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_rsvp_link"),
    )
    op.create_index("ix_rsvp_link_meeting_id", "rsvp_link", ["meeting_id"])
    op.create_index("ix_rsvp_link_member_id", "rsvp_link", ["member_id"])
    op.create_table(
        "set_aside_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_set_aside_mail"),
    )
    op.add_column("deputy", sa.Column("absence", sa.Boolean(), nullable=False, server_default=sa.false()))
    _never_changed("rsvp")
    op.create_table(
        "secretariat_contact",
        sa.Column("body_key", sa.String(60), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("telephone", sa.String(60), nullable=False),
        sa.ForeignKeyConstraint(["body_key"], ["body.key"], name="fk_secretariat_contact_body_key"),
        sa.PrimaryKeyConstraint("body_key", name="pk_secretariat_contact"),
    )


def _never_changed(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION sakutei_append_only()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
