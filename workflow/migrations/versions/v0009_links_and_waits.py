"""Only hashes of one-time links, one for each mail that may have been delivered; tries told apart by where they came
from. A link that waits in a mail not yet sent is taken out of it: it is made anew when the mail is sent."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    # Read first: SQLite makes a table anew to drop a column, which it refuses once another table refers to it.
    known = op.get_bind().execute(
        sa.text(
            "SELECT token_sha256, id AS link_id, expires_at FROM mailed_link WHERE token_sha256 IS NOT NULL"
        )
    )
    tokens = [dict(row) for row in known.mappings()]
    with op.batch_alter_table("mailed_link") as table:
        table.drop_constraint("uq_mailed_link_token_sha256", type_="unique")
        table.drop_column("token_sha256")
        table.drop_column("expires_at")
    op.create_table(
        "link_token",
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["mailed_link.id"], name="fk_link_token_link_id"),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_link_token"),
    )
    op.create_index("ix_link_token_link_id", "link_token", ["link_id"])
    if tokens:
        op.get_bind().execute(
            sa.text("INSERT INTO link_token VALUES (:token_sha256, :link_id, :expires_at)"),
            tokens,
        )
    op.execute("UPDATE delivery SET message = NULL WHERE kind IN ('invitation', 'password_reset')")
    with op.batch_alter_table("failed_sign_in") as table:
        table.add_column(sa.Column("place", sa.String(60), nullable=False, server_default=""))
