"""Several named documents in a plan: a version belongs to one, and each has stretches of its own."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

MAIN = "main"
"""The key of the only document that a plan had."""

PLAN = sa.table("plan", sa.column("id"), sa.column("path", sa.JSON()))


def upgrade() -> None:
    for table in ("plan", "version"):
        op.add_column(table, sa.Column("document", sa.String(60), nullable=False, server_default=MAIN))
    bind = op.get_bind()
    for plan, path in bind.execute(sa.select(PLAN.c.id, PLAN.c.path)).all():
        bind.execute(
            sa.update(PLAN).where(PLAN.c.id == plan).values(path=[_by_document(stay) for stay in path])
        )


def _by_document(stay: list[Any]) -> list[Any]:
    stage, visit, stretch, since = stay
    return [stage, visit, {MAIN: stretch}, since]
