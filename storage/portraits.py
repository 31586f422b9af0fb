"""The port `Portraits` on obstore: a folder, a bucket or memory. Nothing written is ever written over."""

from uuid import uuid4

import obstore
from obstore.exceptions import AlreadyExistsError, NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

_MISSING = (NotFoundError, FileNotFoundError)
_PROBES = "probe/"


class ObjectPortraits:
    """Pictures by key. obstore works in its own threads, so nothing here holds the event loop."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def put(self, key: str, data: bytes) -> bool:
        try:
            await obstore.put_async(self._store, key, data, mode="create")
        except AlreadyExistsError:
            return False
        return True

    async def get(self, key: str) -> bytes:
        try:
            found = await obstore.get_async(self._store, key)
            return bytes(await found.bytes_async())
        except _MISSING as error:
            raise KeyError(key) from error

    async def has(self, key: str) -> bool:
        try:
            await obstore.head_async(self._store, key)
        except _MISSING:
            return False
        return True

    async def take_all(self, source: "ObjectPortraits") -> tuple[int, int]:
        """Copy another store's pictures, keeping what stands here already; how many there are, and their bytes."""
        count, length = 0, 0
        async for page in obstore.list(source._store):
            for row in page:
                if not row["path"].startswith(_PROBES):
                    await self.put(row["path"], await source.get(row["path"]))
                    count, length = count + 1, length + row["size"]
        return count, length

    async def probe(self) -> bool:
        """Whether the store takes a picture and then refuses to write over it; some S3 look-alikes do not refuse."""
        key = f"{_PROBES}{uuid4().hex}"
        first, second = await self.put(key, b"first"), await self.put(key, b"second")
        kept = await self.get(key) == b"first"
        await obstore.delete_async(self._store, key)
        return first and not second and kept


def open_portraits(url: str) -> ObjectPortraits:
    """Portraits at `s3://bucket/prefix`, `memory:///`, `file:///folder` or a folder's path.

    A bucket's credentials and endpoint come from the variables AWS tools share, which obstore reads by itself.
    """
    if "://" not in url:
        return ObjectPortraits(LocalStore(url, mkdir=True))
    if url.startswith("file:"):
        return ObjectPortraits(LocalStore.from_url(url, mkdir=True))
    return ObjectPortraits(from_url(url))
