"""Mark of a database that a move or a restore has not filled completely. A bot does not start on it."""

from sqlalchemy import JSON, Column, Connection, Integer, MetaData, Table, Text, inspect

from bot.domain.service_errors import StorageUnavailable
from storage.db.engine import server_address

# Outside the schema of the bot: the table exists only while rows and pictures are copied.
unfinished_copy = Table(
    "unfinished_copy",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    # The process that copies: one that was replaced by another changes nothing any more.
    Column("owner", Text, nullable=False),
    Column("state", JSON, nullable=False),
)


def has_unfinished_copy(connection: Connection) -> bool:
    """Return whether a move or a restore into this database has not ended."""
    return inspect(connection).has_table(unfinished_copy.name)


def require_finished_copy(connection: Connection) -> None:
    """Raise StorageUnavailable while a move or a restore into this database has not ended.

    Only a server is filled in place: an SQLite file gets its name when it is complete.
    """
    if connection.dialect.name == "postgresql" and has_unfinished_copy(connection):
        raise StorageUnavailable("database", "unfinished", "", server_address(connection.engine.url))
