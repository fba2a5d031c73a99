"""Tables for the pages and other programs: mailed links, feeds, tokens, webhooks, 供覧, discussion."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("sign_in") as table:
        table.add_column(sa.Column("agent", sa.String(200), nullable=False, server_default=""))
    with op.batch_alter_table("comment_period") as table:
        table.add_column(sa.Column("contact", sa.Text(), nullable=False, server_default=""))
    _links_and_feeds()
    _programs()
    _reading()
    with op.batch_alter_table("delivery") as table:
        table.alter_column("recipient_id", existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column("webhook_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_delivery_webhook_id", "webhook", ["webhook_id"], ["id"])


def _links_and_feeds() -> None:
    op.create_table(
        "mailed_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("token_sha256", sa.String(64), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_mailed_link_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mailed_link"),
        sa.UniqueConstraint("token_sha256", name="uq_mailed_link_token_sha256"),
    )
    op.create_index("ix_mailed_link_person_id", "mailed_link", ["person_id"])
    op.create_table(
        "feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("body_key", sa.String(60), nullable=True),
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_feed_person_id"),
        sa.ForeignKeyConstraint(["body_key"], ["body.key"], name="fk_feed_body_key"),
        sa.PrimaryKeyConstraint("id", name="pk_feed"),
        sa.UniqueConstraint("token_sha256", name="uq_feed_token_sha256"),
    )
    op.create_index("ix_feed_person_id", "feed", ["person_id"])
    op.create_table(
        "public_try",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sender_sha256", sa.String(64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_public_try"),
    )
    op.create_index("ix_public_try_sender_sha256_at", "public_try", ["sender_sha256", "at"])


def _programs() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_api_token_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("token_sha256", name="uq_api_token_token_sha256"),
    )
    op.create_index("ix_api_token_person_id", "api_token", ["person_id"])
    op.create_table(
        "answered_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("request_sha256", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["token_id"], ["api_token.id"], name="fk_answered_call_token_id"),
        sa.PrimaryKeyConstraint("id", name="pk_answered_call"),
        sa.UniqueConstraint("token_id", "key", name="uq_answered_call_token_id_key"),
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("secret", sa.String(100), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name="fk_webhook_made_by"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
    )


def _reading() -> None:
    op.create_table(
        "circulation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_circulation_plan_id"),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name="fk_circulation_version_id"),
        sa.ForeignKeyConstraint(["reader_id"], ["person.id"], name="fk_circulation_reader_id"),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name="fk_circulation_asked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_circulation"),
        sa.UniqueConstraint("version_id", "reader_id", name="uq_circulation_version_id_reader_id"),
    )
    op.create_index("ix_circulation_plan_id", "circulation", ["plan_id"])
    op.create_index("ix_circulation_reader_id_read_at", "circulation", ["reader_id", "read_at"])
    op.create_table(
        "remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("taken_back_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_remark_plan_id"),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_remark_by"),
        sa.PrimaryKeyConstraint("id", name="pk_remark"),
    )
    op.create_index("ix_remark_plan_id", "remark", ["plan_id"])
