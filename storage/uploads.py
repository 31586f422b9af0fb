"""The files that pictures were about to be shared as, by what says which pictures and where."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import upsert
from storage.tables import uploads


async def find(connection: AsyncConnection, key: str) -> Sequence[str]:
    files: str | None = await connection.scalar(select(uploads.c.files).where(uploads.c.key == key))
    return (files or "").split()


async def note(connection: AsyncConnection, key: str, files: Sequence[str]) -> None:
    row = {"key": key, "files": " ".join(files)}
    new = upsert(connection, uploads).values(row)
    await connection.execute(new.on_conflict_do_update(index_elements=["key"], set_=row))
