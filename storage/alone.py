"""One process a database file: two bots on one SQLite file would draw, pay and post twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import make_url

from bot.errors import NotKept


class NotAlone(Exception):
    """Another process holds the database file `held`."""

    def __init__(self, held: Path) -> None:
        super().__init__(held)
        self.held = held


@asynccontextmanager
async def alone(database_url: str) -> AsyncIterator[None]:
    """Hold the database for this process, by a file beside it that the system lets go of when the process ends, however
    it ends; raises NotAlone, NotKept. A PostgreSQL server takes any number.
    """
    file = database_file(database_url)
    if file is None:
        yield
        return
    hold = FileLock(file.with_name(f"{file.name}.lock"), thread_local=False)
    try:
        await asyncio.to_thread(file.parent.mkdir, parents=True, exist_ok=True)
        await asyncio.to_thread(hold.acquire, timeout=0)
    except Timeout as error:
        raise NotAlone(file) from error
    except OSError as error:
        raise NotKept("database", "read_only", str(error), str(file.parent)) from error
    try:
        yield
    finally:
        # At once: DBOS, when it is closed before this, takes the loop's threads with it.
        hold.release()


def database_file(database_url: str) -> Path | None:
    """The file of an SQLite database; None for one in memory or on a server."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)
