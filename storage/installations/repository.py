"""The port `Installations`. A change notifies all processes, which then forget what they cached."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import RowMapping, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports.installations import Installation, InstallationStatus, KeyRotation, UnreadableToken
from storage.db.engine import Database
from storage.db.erasure_tables import removed_workspaces
from storage.db.installation_tables import installations, organization_workspaces
from storage.db.notifications import DatabaseNotifications, notify
from storage.db.repository import save_row, upsert

if TYPE_CHECKING:
    from storage.installations.token_cipher import TokenCipher

log = structlog.get_logger()

CHANNEL = "castroom_installations"
_MAX_ATTEMPTS = 10
_PLAIN_FIELDS = [f.name for f in fields(Installation) if f.name not in ("scopes", "token", "refresh_token")]
_STATUS_COLUMNS = [installations.c[field.name] for field in fields(InstallationStatus)]


class SqlInstallations:
    """Installations in a database; without `cipher` nothing can be read or added."""

    def __init__(
        self, database: Database, cipher: "TokenCipher | None", notifications: DatabaseNotifications | None
    ) -> None:
        self._database = database
        self._cipher = cipher
        self._notifications = notifications
        self._listeners: list[Callable[[str], None]] = []

    async def get(self, installation_id: str) -> Installation | None:
        if self._cipher is None:
            return None
        async with self._database.snapshot() as connection:
            query = select(installations).where(installations.c.id == installation_id)
            row = (await connection.execute(query)).mappings().first()
        return self._from_row(row, self._cipher) if row else None

    async def list_statuses(self) -> Sequence[InstallationStatus]:
        query = select(*_STATUS_COLUMNS).order_by(installations.c.id)
        return [InstallationStatus(*row) for row in await self._database.fetch_all(query)]

    async def add(self, installation: Installation) -> None:
        row = {name: getattr(installation, name) for name in _PLAIN_FIELDS}
        row |= {"id": installation.id, "scopes": ",".join(installation.scopes), "version": 1}
        row |= self._token_columns(installation)
        changes = {name: value for name, value in row.items() if name != "id"}
        changes["version"] = installations.c.version + 1
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
        query = select(installations.c.id).where(
            installations.c.expires_at < before, installations.c.refresh_error == ""
        )
        return await self._database.fetch_column(query.order_by(installations.c.expires_at))

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

    async def reencrypt(self) -> KeyRotation:
        changed, unreadable = 0, []
        for status in await self.list_statuses():
            try:
                changed += await self._reencrypt_one(status.id)
            except UnreadableToken as error:
                log.error("installation_unreadable", id=error.installation_id, key=error.key_id)  # noqa: TRY400
                unreadable.append(status.id)
        key_ids = Counter(status.key_id for status in await self.list_statuses())
        return KeyRotation(changed, key_ids, tuple(unreadable))

    def listen(self, callback: Callable[[str], None]) -> None:
        self._listeners.append(callback)
        if self._notifications:
            self._notifications.listen(CHANNEL, callback)

    async def _reencrypt_one(self, installation_id: str) -> bool:
        """Encrypt with the newest key unless that is so; repeat if a refresh stored other tokens meanwhile."""
        for _ in range(_MAX_ATTEMPTS):
            installation = await self.get(installation_id)
            if installation is None:
                return False
            async with self._database.transaction() as connection:
                is_old = installations.c.key_id != self._require_cipher().newest
                statement = _same_version(installation).where(is_old).values(self._encrypted(installation))
                if (await connection.execute(statement)).rowcount == 1:
                    return True
                if await _is_encrypted_with(connection, installation_id, self._require_cipher().newest):
                    return False
        return False

    def _token_columns(self, installation: Installation) -> dict[str, Any]:
        return self._encrypted(installation) | {"refresh_error": ""}

    def _encrypted(self, installation: Installation) -> dict[str, Any]:
        cipher, refresh_token = self._require_cipher(), installation.refresh_token
        return {
            "token": cipher.encrypt(installation.id, installation.token),
            "refresh_token": cipher.encrypt(installation.id, refresh_token) if refresh_token else "",
            "key_id": cipher.newest,
        }

    def _from_row(self, row: RowMapping, cipher: "TokenCipher") -> Installation:
        return Installation(
            **{name: row[name] for name in _PLAIN_FIELDS},
            scopes=tuple(filter(None, row["scopes"].split(","))),
            token=cipher.decrypt(row["id"], row["token"], row["key_id"]),
            refresh_token=(
                cipher.decrypt(row["id"], row["refresh_token"], row["key_id"]) if row["refresh_token"] else ""
            ),
        )

    def _require_cipher(self) -> "TokenCipher":
        if self._cipher is None:
            raise RuntimeError("tokens cannot be stored without TOKEN_KEYS")
        return self._cipher

    def _call_listeners(self, installation_id: str) -> None:
        """Tell this process at once; on SQLite there is no notification."""
        for callback in self._listeners:
            callback(installation_id)


def _same_version(installation: Installation) -> Any:
    return update(installations).where(
        installations.c.id == installation.id, installations.c.version == installation.version
    )


async def _is_encrypted_with(connection: AsyncConnection, installation_id: str, key: str) -> bool:
    query = select(installations.c.key_id).where(installations.c.id == installation_id)
    return (await connection.scalar(query)) in (key, None)
