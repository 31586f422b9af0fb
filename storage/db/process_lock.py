"""One process a database file: two bots on one SQLite file would draw, pay and post twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import make_url

from bot.domain.errors import StorageUnavailable


class AlreadyRunning(Exception):
    """Another process holds the database file `held`."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path


@asynccontextmanager
async def process_lock(database_url: str) -> AsyncIterator[None]:
    """Hold the database for this process, by a file beside it that the system lets go of when the process ends, however
    it ends; raises NotAlone, NotKept. A PostgreSQL server takes any number.
    """
    file = database_file(database_url)
    if file is None:
        yield
        return
    file_lock = FileLock(file.with_name(f"{file.name}.lock"), thread_local=False)
    try:
        await asyncio.to_thread(file.parent.mkdir, parents=True, exist_ok=True)
        await asyncio.to_thread(file_lock.acquire, timeout=0)
    except Timeout as error:
        raise AlreadyRunning(file) from error
    except OSError as error:
        raise StorageUnavailable("database", "read_only", str(error), str(file.parent)) from error
    try:
        yield
    finally:
        # At once: DBOS, when it is closed before this, takes the loop's threads with it.
        file_lock.release()


def database_file(database_url: str) -> Path | None:
    """The file of an SQLite database; None for one in memory or on a server."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)
