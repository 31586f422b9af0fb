"""Check of the job queue's database, which DBOS owns: the storage only asks whether it answers."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bot.domain.service_errors import StorageUnavailable
from storage.db.engine import server_address, translate_db_errors

_TIMEOUT_SECONDS = 10.0
# libpq reports a refused connection without an SQLSTATE, so its words decide; in another language it is "away".
_CONNECTION_FAILURES = {
    'database "': "no_database",
    "authentication failed": "refused",
    'role "': "refused",
    "no pg_hba.conf entry": "refused",
    "too many clients": "no_connection_left",
    "connection slots": "no_connection_left",
}


async def check_job_database(url: str, *, must_exist: bool = False) -> None:
    """Raise StorageUnavailable if the job queue's database does not answer.

    A missing SQLite file passes unless it must exist, because the bot creates it; the database of a server must exist.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        await asyncio.to_thread(_read_file, Path(parsed.database or ""), must_exist)
    else:
        await _connect_to_server(parsed.set(drivername="postgresql+psycopg"))


def _read_file(file: Path, must_exist: bool) -> None:
    if not file.exists():
        if must_exist:
            raise StorageUnavailable("engine", "away", "the file is missing", str(file))
        return
    with (
        translate_db_errors(str(file), "engine"),
        closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection,
    ):
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()


async def _connect_to_server(url: URL) -> None:
    address = server_address(url)
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with asyncio.timeout(_TIMEOUT_SECONDS), engine.connect() as connection:
            await connection.scalar(text("SELECT 1"))
    except (DBAPIError, OSError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        message = str(cause).partition("\n")[0]
        reason = next((reason for words, reason in _CONNECTION_FAILURES.items() if words in message), "away")
        raise StorageUnavailable("engine", reason, message, address) from error
    finally:
        await engine.dispose()
