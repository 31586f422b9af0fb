"""Alembic's entry point; `migrate` passes its connection and owns the transaction."""

from alembic import context

from storage.db.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
