"""The port `Installations`. A change notifies all processes, which then forget what they cached."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, delete, or_, select, update

from bot.ports.installations import Installation, InstallationStatus
from storage.db.engine import Database
from storage.db.erasure_tables import removed_workspaces
from storage.db.installation_tables import installations, organization_workspaces
from storage.db.notifications import DatabaseNotifications, notify
from storage.db.repository import save_row, upsert
from storage.installations.encrypted_repository import EncryptedRepository
from storage.installations.token_cipher import TokenCipher

CHANNEL = "castroom_installations"
_PLAIN_FIELDS = [f.name for f in fields(Installation) if f.name not in ("scopes", "token", "refresh_token")]
_STATUS_COLUMNS = [installations.c[field.name] for field in fields(InstallationStatus)]


class SqlInstallations(EncryptedRepository):
    """Installations in a database; without `cipher` nothing can be read or added."""

    _table = installations
    _encrypted_columns = ("token", "refresh_token")
    _unreadable_event = "installation_unreadable"

    def __init__(
        self, database: Database, cipher: TokenCipher | None, notifications: DatabaseNotifications | None
    ) -> None:
        super().__init__(database, cipher)
        self._notifications = notifications
        self._listeners: list[Callable[[str], None]] = []

    async def get(self, installation_id: str) -> Installation | None:
        if self._cipher is None:
            return None
        row = await self._database.fetch_first(select(installations).where(installations.c.id == installation_id))
        return self._from_row(row._mapping, self._cipher) if row else None

    async def list_statuses(self) -> Sequence[InstallationStatus]:
        query = select(*_STATUS_COLUMNS).order_by(installations.c.id)
        return [InstallationStatus(*row) for row in await self._database.fetch_all(query)]

    async def add(self, installation: Installation) -> None:
        row = {name: getattr(installation, name) for name in _PLAIN_FIELDS}
        row |= {"id": installation.id, "scopes": ",".join(installation.scopes), "version": 1}
        row |= self._token_columns(installation)
        changes = row | {"version": installations.c.version + 1}
        async with self._database.transaction() as connection:
            statement = upsert(connection, installations).values(row)
            await connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changes))
            # A workspace that installs for itself is no longer served through its organization.
            is_itself = organization_workspaces.c.team == installation.id
            await connection.execute(delete(organization_workspaces).where(is_itself))
            was_removed = or_(
                removed_workspaces.c.team == installation.id, removed_workspaces.c.installation_id == installation.id
            )
            await connection.execute(delete(removed_workspaces).where(was_removed))
            await notify(connection, CHANNEL, installation.id)
        self._call_listeners(installation.id)

    async def set_tokens(self, installation: Installation) -> bool:
        columns = self._token_columns(installation)
        columns |= {"expires_at": installation.expires_at, "version": installation.version + 1}
        async with self._database.transaction() as connection:
            changed = (await connection.execute(_same_version(installation).values(columns))).rowcount == 1
            await notify(connection, CHANNEL, installation.id)
        self._call_listeners(installation.id)
        return changed

    async def set_refresh_error(self, installation: Installation, code: str) -> None:
        await self._database.execute(_same_version(installation).values(refresh_error=code))

    async def list_expiring(self, before: datetime) -> Sequence[str]:
        is_expiring = (installations.c.expires_at < before) & (installations.c.refresh_error == "")
        query = select(installations.c.id).where(is_expiring).order_by(installations.c.expires_at)
        return await self._database.fetch_column(query)

    async def list_teams(self, installation_id: str) -> Sequence[str]:
        query = select(organization_workspaces.c.team).where(organization_workspaces.c.enterprise == installation_id)
        return [installation_id, *await self._database.fetch_column(query)]

    async def delete(self, installation_id: str) -> bool:
        async with self._database.transaction() as connection:
            is_itself = organization_workspaces.c.team == installation_id
            await connection.execute(delete(organization_workspaces).where(is_itself))
            statement = delete(installations).where(installations.c.id == installation_id)
            deleted = (await connection.execute(statement)).rowcount == 1
            await notify(connection, CHANNEL, installation_id)
        self._call_listeners(installation_id)
        return deleted

    async def get_organization(self, team: str) -> str:
        if self._cipher is None:
            return ""
        query = select(organization_workspaces.c.enterprise).where(organization_workspaces.c.team == team)
        return await self._database.fetch_value(query) or ""

    async def set_organization(self, team: str, enterprise: str) -> None:
        async with self._database.transaction() as connection:
            await save_row(connection, organization_workspaces, {"team": team, "enterprise": enterprise})
            await connection.execute(delete(installations).where(installations.c.id == team))
            await connection.execute(delete(removed_workspaces).where(removed_workspaces.c.team == team))
            await notify(connection, CHANNEL, team)
        self._call_listeners(team)

    def listen(self, callback: Callable[[str], None]) -> None:
        self._listeners.append(callback)
        if self._notifications:
            self._notifications.listen(CHANNEL, callback)

    def _token_columns(self, installation: Installation) -> dict[str, Any]:
        texts = {name: getattr(installation, name) for name in self._encrypted_columns}
        return self._require_cipher().encrypt_all(installation.id, texts) | {"refresh_error": ""}

    def _from_row(self, row: RowMapping, cipher: TokenCipher) -> Installation:
        plain = {name: row[name] for name in _PLAIN_FIELDS}
        scopes = tuple(filter(None, row["scopes"].split(",")))
        return Installation(**plain, **self._decrypt(cipher, row), scopes=scopes)

    def _call_listeners(self, installation_id: str) -> None:
        """Tell this process at once; on SQLite there is no notification."""
        for callback in self._listeners:
            callback(installation_id)


def _same_version(installation: Installation) -> Any:
    return update(installations).where(
        installations.c.id == installation.id, installations.c.version == installation.version
    )
