"""Read everything for the search anew, beside the work: signs that show nothing are no part of a word, and a piece holds a
pair of characters only so often."""

from alembic import op

revision = "0058"
down_revision = "0057"


def upgrade() -> None:
    op.execute("DELETE FROM cursor WHERE name = 'search'")
