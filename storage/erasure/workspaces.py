"""The port `RemovedWorkspaces`: workspaces that removed the app, and the deletion of all that is stored of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.erasure import Erasure
from storage.db.engine import Database
from storage.db.erasure_tables import posted_files, removed_workspaces
from storage.db.repository import SqlRepository
from storage.db.rows import batches
from storage.db.tables import metadata, rounds, slack_uploads
from storage.erasure.columns import in_workspace, is_of_workspaces
from storage.erasure.log import PortraitStoreErasureLog
from storage.pictures.object_store import ObjectStorePortraits

_BATCH_SIZE = 200


class SqlRemovedWorkspaces(SqlRepository):
    """Removed workspaces in a database."""

    def __init__(self, database: Database, portraits: ObjectStorePortraits) -> None:
        super().__init__(database)
        self._portraits = portraits

    async def add(self, team: str, installation_id: str, at: datetime) -> None:
        await self._insert_new(removed_workspaces, team=team, installation_id=installation_id, removed_at=at)

    async def cancel(self, team: str) -> None:
        await self._database.execute(delete(removed_workspaces).where(removed_workspaces.c.team == team))

    async def list_due(self, before: datetime) -> Sequence[str]:
        query = select(removed_workspaces.c.team).where(removed_workspaces.c.removed_at < before)
        return await self._database.fetch_column(query)

    async def delete_workspace(self, team: str, at: datetime) -> int:
        round_ids = tuple(await self._database.fetch_column(select(rounds.c.id).where(rounds.c.team == team)))
        await PortraitStoreErasureLog(self._portraits).add(Erasure("workspace", team, at, team, round_ids))
        for round_id in round_ids:
            for key in await self._portraits.list_keys(f"{round_id}/"):
                await self._portraits.delete(key)
        # The ids of the files that show the rounds are stored by thread, not by workspace.
        for batch in batches(round_ids, _BATCH_SIZE):
            async with self._database.transaction() as connection:
                await _delete_uploads(connection, batch)
        async with self._database.transaction() as connection:
            for table in reversed(metadata.sorted_tables):
                if is_of_workspaces(table):
                    await connection.execute(delete(table).where(in_workspace(table, team)))
        await self._database.drop_deleted_content()
        return len(round_ids)


async def _delete_uploads(connection: AsyncConnection, round_ids: Sequence[str]) -> None:
    query = select(posted_files.c.file_id).where(posted_files.c.round_id.in_(round_ids))
    file_ids = sorted(set(await connection.scalars(query)))
    by_key = [slack_uploads.c.key.contains(round_id, autoescape=True) for round_id in round_ids]
    by_file = [slack_uploads.c.files.contains(file_id, autoescape=True) for file_id in file_ids]
    await connection.execute(delete(slack_uploads).where(or_(*by_key)))
    for batch in batches(by_file, _BATCH_SIZE):
        await connection.execute(delete(slack_uploads).where(or_(*batch)))
