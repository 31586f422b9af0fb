"""The port `WebhookEndpoints`: secrets are encrypted with TOKEN_KEYS, as the tokens of installations."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.audit import AuditEvent
from bot.domain.ids import ChannelRef
from bot.domain.webhook import DeliveryState, OffReason, WebhookEndpoint
from bot.ports.installations import UnreadableToken
from storage.audit_log import add_audit_event
from storage.db.rows import is_at, to_row
from storage.db.tables import channels
from storage.db.webhook_tables import webhook_deliveries, webhook_endpoints
from storage.installations.encrypted_repository import EncryptedRepository
from storage.webhooks.rows import ENDPOINT_COLUMNS, endpoint_from_row


class SqlWebhookEndpoints(EncryptedRepository):
    """Endpoints in a database; without `cipher` none can be added or signed for."""

    _table = webhook_endpoints
    _encrypted_columns = ("secret", "previous_secret")
    _unreadable_event = "webhook_secret_unreadable"

    @property
    def can_store_secrets(self) -> bool:
        return self._cipher is not None

    async def add(self, endpoint: WebhookEndpoint, secret: str, limit: int, audit_event: AuditEvent) -> bool:
        place = endpoint.place
        row = to_row(endpoint) | {"events": " ".join(endpoint.events), "off_reason": endpoint.off_reason or ""}
        row |= self._require_cipher().encrypt_all(endpoint.id, {"secret": secret, "previous_secret": ""})
        async with self._database.transaction() as connection:
            # The lock on the channel's row lets two of its forms wait for each other.
            await connection.execute(select(channels.c.channel).where(is_at(channels, place)).with_for_update())
            count = await connection.scalar(select(func.count()).where(is_at(webhook_endpoints, place)))
            if (count or 0) >= limit:
                return False
            await connection.execute(insert(webhook_endpoints).values(row))
            await add_audit_event(connection, audit_event)
            return True

    async def get(self, endpoint_id: str) -> WebhookEndpoint | None:
        return next(iter(await self._list(webhook_endpoints.c.id == endpoint_id)), None)

    async def list_for_channel(self, place: ChannelRef) -> Sequence[WebhookEndpoint]:
        return await self._list(is_at(webhook_endpoints, place))

    async def list_all(self) -> Sequence[WebhookEndpoint]:
        return await self._list(webhook_endpoints.c.id != "")

    async def rotate(self, endpoint_id: str, secret: str, previous_until: datetime, audit_event: AuditEvent) -> bool:
        cipher = self._require_cipher()
        async with self._database.transaction() as connection:
            row = await _select_for_update(connection, endpoint_id)
            if row is None:
                return False
            previous = cipher.decrypt(endpoint_id, row.secret, row.key_id)
            values = cipher.encrypt_all(endpoint_id, {"secret": secret, "previous_secret": previous})
            await connection.execute(_update(endpoint_id).values(**values, previous_until=previous_until))
            await add_audit_event(connection, audit_event)
            return True

    async def switch(self, endpoint_id: str, off: OffReason | None, at: datetime, audit_event: AuditEvent) -> bool:
        async with self._database.transaction() as connection:
            row = await _select_for_update(connection, endpoint_id)
            if row is None or bool(row.off_reason) is (off is not None):
                return False
            values = {"off_reason": off or "", "off_at": at if off else None, "told_at": None}
            await connection.execute(_update(endpoint_id).values(values))
            if off:
                is_waiting = webhook_deliveries.c.state == DeliveryState.WAITING
                of_endpoint = webhook_deliveries.c.endpoint_id == endpoint_id
                missed = update(webhook_deliveries).where(is_waiting, of_endpoint).values(state=DeliveryState.MISSED)
                await connection.execute(missed)
            await add_audit_event(connection, audit_event)
            return True

    async def delete(self, endpoint_id: str, audit_event: AuditEvent) -> bool:
        async with self._database.transaction() as connection:
            await connection.execute(delete(webhook_deliveries).where(webhook_deliveries.c.endpoint_id == endpoint_id))
            statement = delete(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id)
            if (await connection.execute(statement)).rowcount == 0:
                return False
            await add_audit_event(connection, audit_event)
            return True

    async def secrets(self, endpoint_id: str, now: datetime) -> Sequence[str]:
        row = await self._database.fetch_first(select(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id))
        if row is None:
            return ()
        if self._cipher is None:
            raise UnreadableToken(endpoint_id, row.key_id)
        found = [self._cipher.decrypt(endpoint_id, row.secret, row.key_id)]
        if row.previous_secret and row.previous_until and now < row.previous_until:
            found.append(self._cipher.decrypt(endpoint_id, row.previous_secret, row.key_id))
        return found

    async def list_untold(self) -> Sequence[WebhookEndpoint]:
        by_bot = webhook_endpoints.c.off_reason.in_([OffReason.GONE.value, OffReason.FAILING.value])
        return await self._list(by_bot & webhook_endpoints.c.told_at.is_(None))

    async def mark_told(self, endpoint_id: str, at: datetime) -> bool:
        is_untold = webhook_endpoints.c.told_at.is_(None)
        return await self._database.change_one(_update(endpoint_id).where(is_untold).values(told_at=at))

    async def release_told(self, endpoint_id: str) -> None:
        await self._database.execute(_update(endpoint_id).values(told_at=None))

    async def clear_expired(self, now: datetime) -> None:
        is_over = webhook_endpoints.c.previous_until <= now
        statement = update(webhook_endpoints).where(is_over)
        await self._database.execute(statement.values(previous_secret="", previous_until=None))

    async def _list(self, condition: ColumnElement[bool]) -> Sequence[WebhookEndpoint]:
        query = select(*ENDPOINT_COLUMNS).where(condition)
        query = query.order_by(webhook_endpoints.c.created_at, webhook_endpoints.c.id)
        return [endpoint_from_row(row._mapping) for row in await self._database.fetch_all(query)]


async def _select_for_update(connection: AsyncConnection, endpoint_id: str) -> Any:
    query = select(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id).with_for_update()
    return (await connection.execute(query)).one_or_none()


def _update(endpoint_id: str) -> Any:
    return update(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id)
