"""Exclusive process lock: two bots on one SQLite file would generate, pay and post twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from bot.domain.service_errors import StorageUnavailable
from storage.db.private_files import database_file, make_private_folder


class AlreadyRunning(Exception):
    """Another process has locked the database file `path`."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path


@asynccontextmanager
async def process_lock(database_url: str) -> AsyncIterator[None]:
    """Lock the SQLite file for this process; raises AlreadyRunning, StorageUnavailable. PostgreSQL needs no lock.

    Locks a file beside the database. The operating system unlocks it when the process ends, even after a crash.
    """
    file = database_file(database_url)
    if file is None:
        yield
        return
    file_lock = FileLock(file.with_name(f"{file.name}.lock"), mode=0o600, thread_local=False)
    try:
        if not file.parent.exists():
            await asyncio.to_thread(make_private_folder, file.parent)
        await asyncio.to_thread(file_lock.acquire, timeout=0)
    except Timeout as error:
        raise AlreadyRunning(file) from error
    except OSError as error:
        raise StorageUnavailable("database", "read_only", str(error), str(file.parent)) from error
    try:
        yield
    finally:
        # Without a thread: if DBOS closed first, it has shut down the loop's thread pool.
        file_lock.release()
