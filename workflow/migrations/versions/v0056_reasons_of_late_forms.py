"""The reason of a refused form in a column of its own. It stood among the fields, under an empty name, and is moved from there."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"

LATE_FORM = sa.table("late_form", sa.column("person_id"), sa.column("fields", sa.JSON()), sa.column("reason"))


def upgrade() -> None:
    op.add_column("late_form", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    for person, fields in op.get_bind().execute(sa.select(LATE_FORM.c.person_id, LATE_FORM.c.fields)).all():
        named = [[name, value] for name, value in fields if name]
        reason = "".join(value for name, value in fields if not name)
        of_person = sa.update(LATE_FORM).where(LATE_FORM.c.person_id == person)
        op.execute(of_person.values(fields=named, reason=reason))
