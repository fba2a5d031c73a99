"""The index of the search, empty: the scheduler fills it from the record."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.create_table(
        "search_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("audience", sa.String(20), nullable=False),
        sa.Column("link", sa.String(60), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("unread", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_search_entry_plan_id"),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name="fk_search_entry_meeting_id"),
        sa.PrimaryKeyConstraint("id", name="pk_search_entry"),
        sa.UniqueConstraint("kind", "key", name="uq_search_entry_kind_key"),
    )
    op.create_index("ix_search_entry_kind_seq", "search_entry", ["kind", "seq"])
    op.create_index("ix_search_entry_unread", "search_entry", ["unread"])
    op.create_table(
        "search_piece",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["search_entry.id"], name="fk_search_piece_entry_id"),
        sa.PrimaryKeyConstraint("id", name="pk_search_piece"),
    )
    op.create_index("ix_search_piece_entry_id", "search_piece", ["entry_id"])
    op.execute("DROP TABLE IF EXISTS search_words")
    op.execute("DELETE FROM cursor WHERE name = 'search'")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TABLE search_words (piece_id integer PRIMARY KEY, terms tsvector NOT NULL)")
        op.execute("CREATE INDEX ix_search_words_terms ON search_words USING gin (terms)")
    else:
        # Without the texts themselves, and without their lengths, by which nothing is ranked here.
        op.execute(
            "CREATE VIRTUAL TABLE search_words USING fts5(terms, content='', columnsize=0, tokenize='ascii')"
        )
