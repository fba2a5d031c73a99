"""Alembic's entry: the caller (`workflow.schema`) hands over the open connection."""

from alembic import context

from workflow.store.tables import Record

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Record.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
