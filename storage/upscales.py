"""The port `UpscaleRepository`: each upscale is reserved, requested and settled once."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import RowMapping, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.budget import BilledItem, Caps, Charge, Payer, budget_day
from bot.domain.ids import ChannelRef
from bot.domain.upscale import IN_PROGRESS_STATES, Upscale, UpscaleState
from bot.domain.webhook import EventType
from bot.ports.ledger import UpscaleStart
from storage.db.face_tables import faces, upscales
from storage.db.repository import TimedRepository
from storage.db.rows import to_row
from storage.money import budgets
from storage.webhooks.events import record_face_event

_FIELDS = [field.name for field in fields(Upscale)]
_UPSCALE_COLUMNS = [upscales.c[name] for name in _FIELDS]
_RESULT_FIELDS = ("state", "seconds", "cost", "cost_source", "request_id", "seed", "portrait", "failure")


class SqlUpscaleRepository(TimedRepository):
    """Upscales in a database; `now` dates reservations and charges."""

    async def start(self, new: Upscale, caps: Caps) -> UpscaleStart:
        async with self._database.transaction() as connection:
            channel_query = select(faces.c.team, faces.c.channel).where(faces.c.round_id == new.round_id)
            place = ChannelRef(*(await connection.execute(channel_query.with_for_update())).one())
            for existing in await _list_for_face(connection, new.round_id):
                if existing.is_live or existing.attempt >= new.attempt:
                    return UpscaleStart(existing, created=False)
            day = budget_day(self._now())
            await budgets.reserve(connection, Payer(place, new.requested_by, day), new.price, caps)
            await connection.execute(insert(upscales).values(to_row(new) | {"reserved_on": day}))
            return UpscaleStart(new, created=True)

    async def get(self, upscale_id: str) -> Upscale:
        async with self._database.snapshot() as connection:
            return await _get(connection, upscale_id)

    async def list_for_face(self, round_id: str) -> tuple[Upscale, ...]:
        async with self._database.snapshot() as connection:
            return await _list_for_face(connection, round_id)

    async def mark_requested(self, upscale_id: str, at: datetime, asked_by: str = "") -> bool:
        is_ours = (upscales.c.state == UpscaleState.REQUESTED) & (upscales.c.asked_by == asked_by)
        is_requestable = (upscales.c.state == UpscaleState.WAITING) | (is_ours & (upscales.c.asked_by != ""))
        statement = update(upscales).where(upscales.c.id == upscale_id, is_requestable)
        values = {"state": UpscaleState.REQUESTED, "requested_at": at, "asked_by": asked_by}
        return await self._database.change_one(statement.values(values))

    async def record_result(self, ended: Upscale) -> Upscale:
        async with self._database.transaction() as connection:
            query = select(*_UPSCALE_COLUMNS, upscales.c.reserved_on, faces.c.team, faces.c.channel)
            query = query.join_from(upscales, faces).where(upscales.c.id == ended.id).with_for_update()
            row = (await connection.execute(query)).mappings().one()
            if row["state"] not in IN_PROGRESS_STATES:
                return _upscale_from_row(row)
            values = {name: getattr(ended, name) for name in _RESULT_FIELDS}
            await connection.execute(update(upscales).where(upscales.c.id == ended.id).values(values))
            payer = Payer(ChannelRef(row["team"], row["channel"]), ended.requested_by, row["reserved_on"])
            item = BilledItem("upscale", ended.id, ended.round_id, ended.model, ended.price)
            charge = Charge(ended.cost, ended.cost_source) if ended.cost is not None and ended.cost_source else None
            await budgets.settle(connection, item, payer, charge, self._now())
            if ended.state is UpscaleState.KEPT:
                await record_face_event(connection, EventType.FACE_FINISHED, ended.round_id, self._now())
            return await _get(connection, ended.id)

    async def decide(self, upscale_id: str, person: str, at: datetime, *, keep: bool) -> bool:
        statement = update(upscales).where(upscales.c.id == upscale_id, upscales.c.state == UpscaleState.OFFERED)
        state = UpscaleState.KEPT if keep else UpscaleState.DECLINED
        values = {"state": state, "decided_by": person, "decided_at": at}
        async with self._database.transaction() as connection:
            decided = await connection.execute(statement.values(values).returning(upscales.c.round_id))
            round_id = decided.scalar_one_or_none()
            if round_id and keep:
                await record_face_event(connection, EventType.FACE_FINISHED, round_id, at)
            return round_id is not None

    async def set_files(self, upscale_id: str, pair_file: str | None, file_id: str) -> None:
        statement = update(upscales).where(upscales.c.id == upscale_id)
        await self._database.execute(statement.values(pair_file=pair_file, file_id=file_id))

    async def list_unfinished(self, since: datetime) -> Sequence[str]:
        is_not_uploaded = (
            upscales.c.portrait.is_not(None) & upscales.c.file_id.is_(None) & (upscales.c.opened_at > since)
        )
        query = select(upscales.c.id).where(or_(upscales.c.state.in_(IN_PROGRESS_STATES), is_not_uploaded))
        return await self._database.fetch_column(query.order_by(upscales.c.opened_at))


async def _get(connection: AsyncConnection, upscale_id: str) -> Upscale:
    result = await connection.execute(select(*_UPSCALE_COLUMNS).where(upscales.c.id == upscale_id))
    if (row := result.mappings().one_or_none()) is None:
        raise KeyError(upscale_id)
    return _upscale_from_row(row)


async def _list_for_face(connection: AsyncConnection, round_id: str) -> tuple[Upscale, ...]:
    query = select(*_UPSCALE_COLUMNS).where(upscales.c.round_id == round_id).order_by(upscales.c.attempt)
    return tuple(_upscale_from_row(row) for row in (await connection.execute(query)).mappings())


def _upscale_from_row(row: RowMapping) -> Upscale:
    return Upscale(**{name: row[name] for name in _FIELDS})
