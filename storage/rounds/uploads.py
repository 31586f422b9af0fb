"""The files that pictures were about to be shared as, by what says which pictures and where."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.db.engine import upsert
from storage.db.tables import slack_uploads


async def get_upload(connection: AsyncConnection, key: str) -> Sequence[str]:
    files: str | None = await connection.scalar(select(slack_uploads.c.files).where(slack_uploads.c.key == key))
    return (files or "").split()


async def set_upload(connection: AsyncConnection, key: str, files: Sequence[str]) -> None:
    row = {"key": key, "files": " ".join(files)}
    statement = upsert(connection, slack_uploads).values(row)
    await connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=row))
