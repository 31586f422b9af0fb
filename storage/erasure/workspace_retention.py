"""The port `WorkspaceRetentions`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.audit import AuditEvent
from bot.domain.errors import SettingsConflict
from bot.domain.retention import WorkspaceRetention
from storage.audit_log import add_audit_event
from storage.db.erasure_tables import workspace_retentions
from storage.db.repository import SqlRepository, insert_new, save_row

_KINDS = [field.name for field in fields(WorkspaceRetention)]


class SqlWorkspaceRetentions(SqlRepository):
    """How long workspaces keep data, in a database."""

    async def get(self, team: str) -> WorkspaceRetention:
        async with self._database.snapshot() as connection:
            return await _get(connection, team)

    async def list_all(self) -> Mapping[str, WorkspaceRetention]:
        return {row.team: _from_row(row) for row in await self._database.fetch_all(select(workspace_retentions))}

    async def save(
        self, team: str, retention: WorkspaceRetention, expected_digest: str, audit_events: Sequence[AuditEvent]
    ) -> None:
        async with self._database.transaction() as connection:
            # The row is there before it is locked, so that two first saves also wait for each other.
            await insert_new(connection, workspace_retentions, team=team)
            if (await _get(connection, team, for_update=True)).digest != expected_digest:
                raise SettingsConflict
            await save_row(connection, workspace_retentions, {"team": team, **asdict(retention)})
            for event in audit_events:
                await add_audit_event(connection, event)


async def _get(connection: AsyncConnection, team: str, *, for_update: bool = False) -> WorkspaceRetention:
    query = select(workspace_retentions).where(workspace_retentions.c.team == team)
    row = (await connection.execute(query.with_for_update() if for_update else query)).one_or_none()
    return _from_row(row) if row else WorkspaceRetention()


def _from_row(row: Row[tuple[object, ...]]) -> WorkspaceRetention:
    return WorkspaceRetention(**{kind: getattr(row, kind) for kind in _KINDS})
