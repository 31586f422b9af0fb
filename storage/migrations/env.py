"""Run by Alembic, on the connection that `migrate` opened; the transaction is the caller's."""

from alembic import context

from storage.db.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
