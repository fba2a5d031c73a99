"""Periods that can be cancelled and begun again for the same text, that count one held before, and whose results are
published answer by answer: an answer found owing later is published as 追補."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

MOMENT = sa.DateTime(timezone=True)
REFERRING = ("opinion", "answer", "submission")
"""The tables that lead to the periods, in the order in which their rows can be deleted."""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _set_aside()
        _change_periods()
        _put_back()
    else:
        _change_periods()
    standing = sa.text("cancelled_at IS NULL")
    op.create_index(
        "uq_comment_period_standing",
        "comment_period",
        ["plan_id", "gate_key", "visit", "version_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.execute(
        "UPDATE comment_period SET changed_at = (SELECT max(event.at) FROM event"
        " WHERE event.plan_id = comment_period.plan_id AND event.tag = 'comment.opened')"
    )
    with op.batch_alter_table("answer") as table:
        table.add_column(sa.Column("published_at", MOMENT, nullable=True))
    op.execute(
        "UPDATE answer SET published_at ="
        " (SELECT published_at FROM comment_period WHERE comment_period.id = answer.period_id)"
    )


def _change_periods() -> None:
    with op.batch_alter_table("comment_period") as table:
        table.drop_constraint("uq_comment_period_plan_id_gate_key_visit_version_id", type_="unique")
        table.add_column(sa.Column("shut_days", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("changed_at", MOMENT, nullable=True))
        table.add_column(sa.Column("cancelled_by", sa.Integer(), nullable=True))
        table.add_column(sa.Column("cancelled_at", MOMENT, nullable=True))
        table.add_column(sa.Column("cancelled_why", sa.Text(), nullable=True))
        table.add_column(sa.Column("counts_as_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("counts_why", sa.Text(), nullable=True))
        table.create_foreign_key("fk_comment_period_cancelled_by", "person", ["cancelled_by"], ["id"])
        table.create_foreign_key("fk_comment_period_counts_as_id", "comment_period", ["counts_as_id"], ["id"])


def _set_aside() -> None:
    # SQLite makes a table anew to drop a constraint, which it refuses while rows of others refer to it.
    for table in REFERRING:
        op.execute(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")  # noqa: S608
        op.execute(f"DELETE FROM {table}")  # noqa: S608


def _put_back() -> None:
    for table in reversed(REFERRING):
        op.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")  # noqa: S608
        op.execute(f"DROP TABLE kept_{table}")
