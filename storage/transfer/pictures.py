"""Pictures of one store, copied to another one and compared by content."""

import asyncio
from collections.abc import Awaitable, Sequence
from hashlib import sha256
from typing import TypeVar

from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.face import Portrait
from bot.domain.service_errors import PortraitMissing
from storage.db.face_tables import sheet_views, upscales
from storage.db.rows import batches
from storage.db.tables import slots
from storage.pictures.object_store import ObjectStorePortraits
from storage.transfer import Report, TransferError

# Pictures in memory at a time; the largest that Castroom stores has 60 MB.
_AT_ONCE = 4
_PAGE_ROWS = 100
_REPORTED_PICTURES = 500

T = TypeVar("T")


async def copy_pictures(
    source: ObjectStorePortraits, target: ObjectStorePortraits, report: Report = lambda _: None
) -> tuple[int, int]:
    """Copy every picture, except those that exist in the target, and read each one back.

    Return their number and total bytes. Raises TransferError if a picture of the target has another content than that
    of the source, StorageUnavailable.
    """
    count, total_bytes = 0, 0

    async def copy(key: str) -> int:
        data = await source.get(key)
        await target.put(key, data)
        if await _hash_of(target, key) != await _sha256(data):
            raise TransferError(f"The picture {key} has another content in the target. Empty the target and try again.")
        return len(data)

    async for keys in source.list_pages():
        for batch in batches(keys, _AT_ONCE):
            sizes = await _run_all(*(copy(key) for key in batch))
            if (count + len(sizes)) // _REPORTED_PICTURES > count // _REPORTED_PICTURES:
                report(f"pictures: {count + len(sizes)}")
            count, total_bytes = count + len(sizes), total_bytes + sum(sizes)
    return count, total_bytes


async def find_damaged(connection: AsyncConnection, portraits: ObjectStorePortraits) -> list[str]:
    """Return the ids of slots, upscales and sheet views whose picture is missing or has another hash than the row says.

    Reads the tables that exist: a copy of an older version lacks the newer ones.
    """
    existing_tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    damaged: list[str] = []
    for table in (slots, upscales, sheet_views):
        if table.name in existing_tables:
            query = select(table.c.id, table.c.portrait).where(table.c.portrait.is_not(None)).order_by(table.c.id)
            async with connection.stream(query) as result:
                async for page in result.partitions(_PAGE_ROWS):
                    for batch in batches(page, _AT_ONCE):
                        intact = await _run_all(*(_is_intact(portraits, row.portrait) for row in batch))
                        damaged += [row.id for row, ok in zip(batch, intact, strict=True) if not ok]
    return damaged


def describe_damaged(damaged: Sequence[str]) -> str:
    """Return the count and the first ids as the subject of a sentence, with its verb."""
    listed_ids = ", ".join(damaged[:5]) + (" and others" if len(damaged) > 5 else "")
    return f"{len(damaged)} of the portraits ({listed_ids}) {'is' if len(damaged) == 1 else 'are'}"


async def _is_intact(portraits: ObjectStorePortraits, portrait: Portrait) -> bool:
    try:
        return await _hash_of(portraits, portrait.key) == portrait.sha256
    except PortraitMissing:
        return False


async def _hash_of(portraits: ObjectStorePortraits, key: str) -> str:
    return await _sha256(await portraits.get(key))


async def _sha256(data: bytes) -> str:
    return (await asyncio.to_thread(sha256, data)).hexdigest()


async def _run_all(*calls: Awaitable[T]) -> list[T]:
    """Wait for all calls, then raise the first error."""
    results = await asyncio.gather(*calls, return_exceptions=True)
    if errors := [result for result in results if isinstance(result, BaseException)]:
        raise errors[0]
    return [result for result in results if not isinstance(result, BaseException)]
