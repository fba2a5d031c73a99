"""Triggers that prevent any change or deletion of decisions, signatures, votes, steps and events."""

from alembic import op

revision = "0002"
down_revision = "0001"

APPEND_ONLY = ("decision", "signoff", "vote", "step", "event")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _forbid_on_postgresql()
    else:
        _forbid_on_sqlite()


def _forbid_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION sakutei_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION sakutei_append_only()"
        )


def _forbid_on_sqlite() -> None:
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
