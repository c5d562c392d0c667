"""What Alembic runs for every command: on the connection that `store.migrate` hands over, in its transaction."""

from alembic import context

from ss_admin.backend.store.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
