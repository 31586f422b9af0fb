"""The port `WebhookDeliveries`: each attempt is claimed by one process, and claimed again if that process ends."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, delete, select, update

from bot.domain.webhook import Attempt, Delivery, DeliveryState
from storage.db.repository import SqlRepository
from storage.db.webhook_tables import webhook_deliveries, webhook_endpoints, webhook_events
from storage.webhooks.rows import delivery_from_row, delivery_query

# Attempts that are kept of a delivery that was replayed often.
_KEPT_ATTEMPTS = 30
_is_waiting = webhook_deliveries.c.state == DeliveryState.WAITING
_is_on = webhook_endpoints.c.off_reason == ""


class SqlWebhookDeliveries(SqlRepository):
    """Deliveries in a database."""

    async def list_due(self, now: datetime, limit: int) -> Sequence[str]:
        query = select(webhook_deliveries.c.id).join_from(webhook_deliveries, webhook_endpoints)
        query = query.where(_is_waiting, webhook_deliveries.c.next_at <= now, _is_on)
        ordered = query.order_by(webhook_deliveries.c.next_at, webhook_deliveries.c.id).limit(limit)
        return await self._database.fetch_column(ordered)

    async def claim(self, delivery_id: str, now: datetime, until: datetime) -> Delivery | None:
        is_due = (webhook_deliveries.c.id == delivery_id) & _is_waiting & (webhook_deliveries.c.next_at <= now)
        statement = update(webhook_deliveries).where(is_due)
        async with self._database.transaction() as connection:
            claimed = statement.values(next_at=until, started=webhook_deliveries.c.started + 1)
            if (await connection.execute(claimed)).rowcount == 0:
                return None
            query = delivery_query().where(webhook_deliveries.c.id == delivery_id)
            return delivery_from_row((await connection.execute(query)).mappings().one())

    async def record(
        self, delivery_id: str, attempt: Attempt, state: DeliveryState, next_at: datetime | None = None
    ) -> None:
        is_delivery = webhook_deliveries.c.id == delivery_id
        async with self._database.transaction() as connection:
            query = select(webhook_deliveries).where(is_delivery).with_for_update()
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return
            attempts = (*row.attempts, attempt)[-_KEPT_ATTEMPTS:]
            # A delivery that was missed or replayed meanwhile keeps that, unless this attempt delivered it.
            is_kept = row.state is not DeliveryState.WAITING and state is not DeliveryState.DELIVERED
            values: dict[str, object] = {"attempts": attempts} | ({} if is_kept else {"state": state})
            if next_at and not is_kept:
                values["next_at"] = next_at
            await connection.execute(update(webhook_deliveries).where(is_delivery).values(values))
            if attempt.is_success:
                statement = update(webhook_endpoints).where(webhook_endpoints.c.id == row.endpoint_id)
                await connection.execute(statement.values(last_success_at=attempt.at))

    async def postpone(self, delivery_id: str, next_at: datetime) -> None:
        statement = update(webhook_deliveries).where(webhook_deliveries.c.id == delivery_id, _is_waiting)
        started = webhook_deliveries.c.started
        fewer = case((started > 0, started - 1), else_=0)
        await self._database.execute(statement.values(next_at=next_at, started=fewer))

    async def list_deliveries(
        self, endpoint_id: str = "", state: DeliveryState | None = None, limit: int = 50
    ) -> Sequence[Delivery]:
        query = delivery_query().order_by(webhook_events.c.at.desc(), webhook_deliveries.c.id).limit(limit)
        if endpoint_id:
            query = query.where(webhook_deliveries.c.endpoint_id == endpoint_id)
        if state:
            query = query.where(webhook_deliveries.c.state == state)
        return [delivery_from_row(row._mapping) for row in await self._database.fetch_all(query)]

    async def replay(self, ids: Sequence[str], now: datetime) -> Sequence[str]:
        on = select(webhook_endpoints.c.id).where(_is_on)
        replayed = []
        for delivery_id in ids:
            is_replayable = (webhook_deliveries.c.id == delivery_id) & webhook_deliveries.c.endpoint_id.in_(on)
            values = {"state": DeliveryState.WAITING, "next_at": now, "started": 0}
            statement = update(webhook_deliveries).where(is_replayable).values(values)
            if await self._database.change_one(statement):
                replayed.append(delivery_id)
        return replayed

    async def purge(self, before: datetime) -> int:
        """Delete old events; the database deletes their deliveries."""
        return await self._database.execute(delete(webhook_events).where(webhook_events.c.at < before))
