"""Migrated PostgreSQL databases that tests use one after the other: emptying one is faster than copying one."""

from contextlib import suppress

import psycopg

from storage.db.tables import metadata
from tests.support.postgres_server import PostgresServer

# Columns, constraints, indexes and settings: a test that changed one of them keeps its database.
_SCHEMA = """
SELECT md5(string_agg(concat_ws(' ', c.relname, c.relkind, a.attname, a.atttypid, a.attnotnull), ','
    ORDER BY c.relname, a.attnum))
    || (SELECT count(*) FROM pg_constraint) || '/' || (SELECT count(*) FROM pg_trigger)
    || '/' || (SELECT count(*) FROM pg_db_role_setting)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname LIKE 'pg_%' OR nspname = 'information_schema')
"""
# Foreign keys are triggers, which replicas do not run: so the order of the tables does not matter.
_SETTINGS = ("SET lock_timeout = '1s'", "SET session_replication_role = replica")
_EMPTY = "; ".join((*_SETTINGS, *(str(table.delete()) for table in metadata.sorted_tables)))


class DatabasePool:
    """Databases of one server, copied from `template` when none is free."""

    def __init__(self, server: PostgresServer, template: str) -> None:
        self._server = server
        self._template = template
        self._schema = self._read_schema(template)
        self._free: list[str] = []

    def take(self) -> str:
        """Return the URL of a migrated database without rows."""
        return self._server.url(self._free.pop() if self._free else self._server.create_database(self._template))

    def give_back(self, url: str) -> None:
        """Empty a database for the next test; its connections must be closed."""
        name = url.rpartition("/")[2]
        with suppress(psycopg.Error):
            if self._read_schema(name) == self._schema:
                self._execute(name, _EMPTY)
                self._free.append(name)

    def _read_schema(self, name: str) -> object:
        with psycopg.connect(self._server.url(name, "postgresql")) as connection:
            return connection.execute(_SCHEMA.encode()).fetchone()

    def _execute(self, name: str, statements: str) -> None:
        with psycopg.connect(self._server.url(name, "postgresql"), autocommit=True) as connection:
            connection.execute(statements.encode())
