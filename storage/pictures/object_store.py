"""The port `Portraits` on obstore: a folder, a bucket or memory. Every write is create-only."""

import asyncio
import errno
import os
import re
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from bot.domain.errors import PortraitMissing, StorageUnavailable
from storage.db.private_files import make_private_folder, portraits_folder

_MISSING = (NotFoundError, FileNotFoundError)
PROBE_PREFIX = "probe/"
# Less space counts as full: the response to a request that starts now may not fit.
_MIN_FREE_BYTES = 64_000_000
_PAGE_SIZE = 500
_ERRNO_REASONS = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "full"),
    **dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM), "read_only"),
}
# obstore leaves such a file behind when the process is killed during a write, and does not list it.
_UNFINISHED_SUFFIX = re.compile(r"#\d+$")


class ObjectStorePortraits:
    """Pictures by key. obstore works in its own threads, so no call blocks the event loop.

    Every method raises StorageUnavailable if the store fails.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._folder = Path(store.prefix) if isinstance(store, LocalStore) and store.prefix else None
        self._reused_keys: set[str] = set()

    async def put(self, key: str, data: bytes) -> bool:
        with _translate_store_errors():
            try:
                await obstore.put_async(self._store, key, data, mode="create")
            except AlreadyExistsError:
                self._reused_keys.add(key)
                return False
            if self._folder:
                await asyncio.to_thread(_fsync, self._folder, key)
        return True

    async def get(self, key: str) -> bytes:
        with _translate_store_errors():
            try:
                found = await obstore.get_async(self._store, key)
                return bytes(await found.bytes_async())
            except _MISSING as error:
                raise PortraitMissing(key) from error

    async def has(self, key: str) -> bool:
        with _translate_store_errors():
            try:
                await obstore.head_async(self._store, key)
            except _MISSING:
                return False
        return True

    async def check_writable(self) -> None:
        """Raise StorageUnavailable if the folder is full or read-only. Does not check a bucket."""
        if not self._folder:
            return
        with _translate_store_errors():
            if (await asyncio.to_thread(shutil.disk_usage, self._folder)).free < _MIN_FREE_BYTES:
                raise StorageUnavailable("portraits", "full", "", str(self._folder))
            key = f"{PROBE_PREFIX}{uuid4().hex}"
            await obstore.put_async(self._store, key, b"room", mode="create")
            await obstore.delete_async(self._store, key)

    async def older_than(self, before: datetime) -> AsyncIterator[Sequence[str]]:
        """Delete unfinished files, then yield pages of keys that were written before the time and not reused since."""
        if self._folder:
            await asyncio.to_thread(_clear_unfinished, self._folder, before.timestamp())
        with _translate_store_errors():
            async for page in obstore.list(self._store, chunk_size=_PAGE_SIZE):
                old = [row["path"] for row in page if row["last_modified"] < before]
                yield [key for key in old if key not in self._reused_keys]

    async def delete(self, key: str) -> None:
        """Delete a picture; idempotent."""
        with _translate_store_errors(), suppress(*_MISSING):
            await obstore.delete_async(self._store, key)

    async def copy_from(self, source: "ObjectStorePortraits") -> tuple[int, int]:
        """Copy another store's pictures, except those that exist here; return their number and total bytes."""
        count, total_bytes = 0, 0
        async for page in obstore.list(source._store):
            for row in page:
                if not row["path"].startswith(PROBE_PREFIX):
                    await self.put(row["path"], await source.get(row["path"]))
                    count, total_bytes = count + 1, total_bytes + row["size"]
        return count, total_bytes

    async def is_create_only(self) -> bool:
        """Return whether the store refuses to overwrite a picture; some S3-compatible stores do not."""
        key = f"{PROBE_PREFIX}{uuid4().hex}"
        first, second = await self.put(key, b"first"), await self.put(key, b"second")
        unchanged = await self.get(key) == b"first"
        await self.delete(key)
        return first and not second and unchanged


def open_portraits(url: str) -> ObjectStorePortraits:
    """Open `s3://bucket/prefix`, `memory:///`, `file:///folder` or a folder's path; raises StorageUnavailable.

    obstore reads a bucket's credentials and endpoint from the AWS environment variables.
    """
    with _translate_store_errors(url):
        if (folder := portraits_folder(url)) and not folder.exists():
            make_private_folder(folder)
        if "://" not in url:
            return ObjectStorePortraits(LocalStore(url, mkdir=True))
        if url.startswith("file:"):
            return ObjectStorePortraits(LocalStore.from_url(url, mkdir=True))
        return ObjectStorePortraits(from_url(url))


@contextmanager
def _translate_store_errors(path: str = "") -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        raise StorageUnavailable("portraits", _failure_reason(error), str(error).partition("\n")[0], path) from error


def _failure_reason(error: Exception) -> str:
    """Return the reason for the error's errno, which obstore has only in its message."""
    number = error.errno if isinstance(error, OSError) else None
    found = re.search(r"os error (\d+)", str(error))
    return _ERRNO_REASONS.get(number or (int(found[1]) if found else 0), "away")


def _fsync(folder: Path, key: str) -> None:
    """Flush a picture and its folders to the disk: it must survive a power cut, as the row that names it does."""
    file = folder / key
    for path in (file, *(parent for parent in file.parents if parent == folder or folder in parent.parents)):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _clear_unfinished(folder: Path, before: float) -> None:
    for file in folder.rglob("*#*"):
        if _UNFINISHED_SUFFIX.search(file.name) and file.is_file() and file.stat().st_mtime < before:
            file.unlink(missing_ok=True)
