"""The deliveries of a person by their state, so that what goes to one person is found without reading all that waits."""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_index(
        "ix_delivery_recipient_id_state_next_try_at", "delivery", ["recipient_id", "state", "next_try_at"]
    )
