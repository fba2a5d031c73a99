"""Events name the rows they wrote; a letter of the public has a salt, so that its row's hash tells nothing of it."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

SUBMISSION = sa.table("submission", sa.column("id"), sa.column("salt"))


def upgrade() -> None:
    op.add_column("event", sa.Column("wrote", sa.Text(), nullable=True))
    op.create_table(
        "touched",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("held", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", "key", name="pk_touched"),
        sqlite_with_rowid=False,
    )
    op.add_column("submission", sa.Column("salt", sa.String(64), nullable=False, server_default=""))
    bind = op.get_bind()
    for number in bind.execute(sa.select(SUBMISSION.c.id)).scalars().all():
        salted = sa.update(SUBMISSION).where(SUBMISSION.c.id == number)
        bind.execute(salted.values(salt=secrets.token_hex(32)))
