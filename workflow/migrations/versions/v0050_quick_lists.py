"""Find plans by a word of their title and by their chain, and the events of a kind that one person did, among very many."""

from alembic import op

revision = "0050"
down_revision = "0049"

INDEXES = (
    ("plan", ["key", "title"]),
    ("plan", ["status", "chain_sha256"]),
    ("event", ["by", "tag", "at", "seq"]),
)


def upgrade() -> None:
    for table, columns in INDEXES:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)
