"""The port `Portraits` on obstore: a folder, a bucket or memory. Every write is create-only."""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

import obstore
from obstore.exceptions import AlreadyExistsError, GenericError
from obstore.store import LocalStore, ObjectStore, from_url

from bot.domain.service_errors import PortraitMissing, StorageUnavailable
from storage.db.private_files import make_private_folder, portraits_folder
from storage.pictures.store_errors import MISSING, bucket_address, is_missing_bucket, translate_store_errors

if TYPE_CHECKING:
    from obstore.store import RetryConfig

PROBE_PREFIX = "probe/"
# Less space counts as full: the response to a request that starts now may not fit.
_MIN_FREE_BYTES = 64_000_000
# A check of a bucket is several requests: it counts for a while, unless a write fails before. That of a folder counts
# for the slots of a round that ask together.
_CHECK_VALID_SECONDS = 45.0
_FOLDER_CHECK_VALID_SECONDS = 0.25
_CHECK_TIMEOUT_SECONDS = 10.0
_PAGE_SIZE = 500
# Requests that S3 did not answer, or answered with 5xx. Whoever waits for the result repeats a failed write anyway.
_RETRIES: "RetryConfig" = {
    "max_retries": 4,
    "backoff": {"init_backoff": timedelta(seconds=0.1), "max_backoff": timedelta(seconds=2), "base": 2},
    "retry_timeout": timedelta(seconds=30),
}
# Seconds that a shutdown waits for calls in progress.
_CLOSE_SECONDS = 2.0
T = TypeVar("T")
# obstore leaves such a file behind when the process is killed during a write, and does not list it.
_UNFINISHED_SUFFIX = re.compile(r"#\d+$")


class ObjectStorePortraits:
    """Pictures by key. obstore works in its own threads, so no call blocks the event loop.

    Every method raises StorageUnavailable if the store fails.
    """

    def __init__(self, store: ObjectStore, address: str = "") -> None:
        """Wrap a store; `address` names a bucket in errors, without credentials."""
        self._store = store
        self._folder = Path(store.prefix) if isinstance(store, LocalStore) and store.prefix else None
        self._address = str(self._folder) if self._folder else address
        self._reused_keys: set[str] = set()
        self._check_mutex = asyncio.Lock()
        self._checked_until = 0.0
        self._is_known_create_only = False
        self._in_progress: set[asyncio.Future[Any]] = set()

    async def put(self, key: str, data: bytes) -> bool:
        try:
            with translate_store_errors(self._address):
                return await self._put(key, data)
        except StorageUnavailable:
            self._checked_until = 0.0
            raise

    async def get(self, key: str) -> bytes:
        with translate_store_errors(self._address):
            try:
                return await self._finish(self._read(key))
            except MISSING as error:
                if is_missing_bucket(error):
                    raise
                raise PortraitMissing(key) from error

    async def has(self, key: str) -> bool:
        with translate_store_errors(self._address):
            try:
                await self._finish(obstore.head_async(self._store, key))
            except MISSING:
                return False
        return True

    async def check_writable(self) -> None:
        async with self._check_mutex:
            if monotonic() >= self._checked_until:
                await self._check(self._probe)

    async def check_anew(self) -> None:
        async with self._check_mutex:
            await self._check(self._probe if self._is_known_create_only else self._probe_create_only)

    async def older_than(self, before: datetime) -> AsyncIterator[Sequence[str]]:
        """Delete unfinished files, then yield pages of keys that were written before the time and not reused since."""
        if self._folder:
            await asyncio.to_thread(_clear_unfinished, self._folder, before.timestamp())
        with translate_store_errors(self._address):
            async for page in self._pages():
                old = [row["path"] for row in page if row["last_modified"] < before]
                yield [key for key in old if key not in self._reused_keys]

    async def list_keys(self, prefix: str) -> Sequence[str]:
        """Return the keys below a folder, which `prefix` names with its slash, sorted."""
        with translate_store_errors(self._address):
            return sorted([row["path"] async for page in self._pages(prefix) for row in page])

    async def delete(self, key: str) -> None:
        """Delete a picture; idempotent."""
        with translate_store_errors(self._address), suppress(*MISSING):
            await self._finish(obstore.delete_async(self._store, key))

    async def list_pages(self) -> AsyncIterator[Sequence[str]]:
        """Yield pages of the keys of all pictures."""
        with translate_store_errors(self._address):
            async for page in self._pages():
                yield [row["path"] for row in page if not row["path"].startswith(PROBE_PREFIX)]

    async def close(self, timeout_seconds: float = _CLOSE_SECONDS) -> None:
        """Wait for calls in progress, also those whose callers are gone.

        A call that ends while the interpreter ends aborts the process.
        """
        if self._in_progress:
            await asyncio.wait(tuple(self._in_progress), timeout=timeout_seconds)

    async def is_create_only(self) -> bool:
        """Return whether the store refuses to overwrite a picture; some S3-compatible stores do not."""
        key = f"{PROBE_PREFIX}{uuid4().hex}"
        first, second = await self.put(key, b"first"), await self.put(key, b"second")
        unchanged = await self.get(key) == b"first"
        await self.delete(key)
        return first and not second and unchanged

    async def _finish(self, call: Awaitable[T]) -> T:
        """Await a call of obstore. It goes on where the caller is cancelled, and `close` waits for it."""
        task = asyncio.ensure_future(call)
        self._in_progress.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    def _forget(self, task: asyncio.Future[Any]) -> None:
        self._in_progress.discard(task)
        if not task.cancelled():
            task.exception()  # a caller that is gone reads no error

    async def _read(self, key: str) -> bytes:
        found = await obstore.get_async(self._store, key)
        return bytes(await found.bytes_async())

    async def _pages(self, prefix: str | None = None) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
        """List in a thread: a process that ends right after an asynchronous listing of obstore may abort."""
        stream = obstore.list(self._store, prefix, chunk_size=_PAGE_SIZE)
        while (page := await asyncio.to_thread(next, stream, None)) is not None:
            yield page

    async def _put(self, key: str, data: bytes) -> bool:
        try:
            await self._finish(obstore.put_async(self._store, key, data, mode="create"))
        except AlreadyExistsError:
            self._reused_keys.add(key)
            return False
        if self._folder:
            await asyncio.to_thread(_fsync, self._folder, key)
        return True

    async def _check(self, probe: Callable[[], Awaitable[None]]) -> None:
        """Run a probe; a folder needs some free space as well."""
        self._checked_until = 0.0
        with translate_store_errors(self._address):
            if self._folder and (await asyncio.to_thread(shutil.disk_usage, self._folder)).free < _MIN_FREE_BYTES:
                raise StorageUnavailable("portraits", "full", "", self._address)
            try:
                async with asyncio.timeout(_CHECK_TIMEOUT_SECONDS):
                    await probe()
            except TimeoutError as error:
                detail = f"no answer in {_CHECK_TIMEOUT_SECONDS:g} s"
                raise StorageUnavailable("portraits", "away", detail, self._address) from error
        self._checked_until = monotonic() + (_FOLDER_CHECK_VALID_SECONDS if self._folder else _CHECK_VALID_SECONDS)

    async def _probe(self) -> None:
        """Write a small object, read it and delete it; raises what the store raises, and StorageUnavailable."""
        key, data = f"{PROBE_PREFIX}{uuid4().hex}", uuid4().bytes
        await self._finish(obstore.put_async(self._store, key, data, mode="create"))
        if await self.get(key) != data:
            raise StorageUnavailable("portraits", "damaged", "other bytes came back", self._address)
        await self._finish(obstore.delete_async(self._store, key))

    async def _probe_create_only(self) -> None:
        """Do the same, and require that the store overwrites nothing and reports a missing object as missing.

        S3 refuses the question for a missing object to a user who may not list the bucket.
        """
        if not await self.is_create_only():
            raise StorageUnavailable("portraits", "overwrites", "", self._address)
        await self.has(f"{PROBE_PREFIX}{uuid4().hex}")
        self._is_known_create_only = True


def open_portraits(url: str) -> ObjectStorePortraits:
    """Open `s3://bucket/prefix`, `memory:///`, `file:///folder` or a folder's path; raises StorageUnavailable.

    obstore reads a bucket's credentials and endpoint from the AWS environment variables.
    """
    folder = portraits_folder(url)
    if folder is None:
        return ObjectStorePortraits(_open_bucket(url), bucket_address(url))
    with translate_store_errors(str(folder)):
        if not folder.exists():
            make_private_folder(folder)
        return ObjectStorePortraits(LocalStore(folder, mkdir=True))


def _open_bucket(url: str) -> ObjectStore:
    try:
        return from_url(url) if url.startswith("memory:") else from_url(url, retry_config=_RETRIES)
    except (GenericError, ValueError) as error:
        raise StorageUnavailable("portraits", "address", "", bucket_address(url)) from error


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
