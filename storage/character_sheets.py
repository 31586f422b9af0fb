"""The port `SheetRepository`: each attempt at a view is reserved, requested and settled once."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import RowMapping, Select, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.budget import BilledItem, Caps, Charge, Payer, budget_day
from bot.domain.character_sheet import ALL_VIEWS, UNDRAWN_STATES, Opinions, Sheet, SheetView, SheetViewState
from bot.domain.ids import ChannelRef
from bot.ports.character_sheet import SheetStart
from storage.db.face_tables import faces, sheet_opinions, sheet_views
from storage.db.repository import TimedRepository, save_row
from storage.db.rows import to_row
from storage.money import budgets

_FIELDS = [field.name for field in fields(SheetView)]
_COLUMNS = [sheet_views.c[name] for name in _FIELDS]
_RESULT_FIELDS = ("state", "seconds", "cost", "cost_source", "request_id", "seed", "portrait", "failure")
_ORDER = (sheet_views.c.view, sheet_views.c.attempt)


class SqlSheetRepository(TimedRepository):
    """Character sheets in a database; `now` dates reservations and charges."""

    async def start(self, new: Sequence[SheetView], caps: Caps) -> SheetStart:
        if not new:
            return SheetStart()
        async with self._database.transaction() as connection:
            channel_query = select(faces.c.team, faces.c.channel).where(faces.c.round_id == new[0].round_id)
            place = ChannelRef(*(await connection.execute(channel_query.with_for_update())).one())
            stored = await _list_attempts(connection, new[0].round_id)
            blocking = {attempt.id: _blocking(attempt, stored) for attempt in new}
            created = [attempt for attempt in new if not blocking[attempt.id]]
            if created:
                day = budget_day(self._now())
                price = sum((attempt.price for attempt in created), Decimal(0))
                await budgets.reserve(connection, Payer(place, created[0].requested_by, day), price, caps)
                rows = [to_row(attempt) | {"view": attempt.view.key, "reserved_on": day} for attempt in created]
                await connection.execute(insert(sheet_views), rows)
            return SheetStart(tuple(created), tuple(filter(None, blocking.values())))

    async def get(self, attempt_id: str) -> SheetView:
        async with self._database.snapshot() as connection:
            return await _get(connection, attempt_id)

    async def load(self, round_id: str) -> Sheet:
        async with self._database.snapshot() as connection:
            attempts = await _list_attempts(connection, round_id)
            return Sheet(attempts, await _count_opinions(connection, round_id, attempts) if attempts else {})

    async def mark_requested(self, attempt_id: str, at: datetime, asked_by: str = "") -> bool:
        is_ours = (sheet_views.c.state == SheetViewState.REQUESTED) & (sheet_views.c.asked_by == asked_by)
        is_requestable = (sheet_views.c.state == SheetViewState.WAITING) | (is_ours & (sheet_views.c.asked_by != ""))
        statement = update(sheet_views).where(sheet_views.c.id == attempt_id, is_requestable)
        values = {"state": SheetViewState.REQUESTED, "requested_at": at, "asked_by": asked_by}
        return await self._database.change_one(statement.values(values))

    async def mark_waiting(self, attempt_id: str) -> None:
        is_requested = (sheet_views.c.id == attempt_id) & (sheet_views.c.state == SheetViewState.REQUESTED)
        statement = update(sheet_views).where(is_requested)
        await self._database.execute(statement.values(state=SheetViewState.WAITING, asked_by=""))

    async def set_provider_job(self, attempt_id: str, provider_job_id: str) -> None:
        statement = update(sheet_views).where(sheet_views.c.id == attempt_id)
        await self._database.execute(statement.values(provider_job_id=provider_job_id))

    async def record_result(self, ended: SheetView) -> SheetView:
        async with self._database.transaction() as connection:
            row = (await connection.execute(_select_for_update(ended.id))).mappings().one()
            if row["state"] not in UNDRAWN_STATES:
                return _from_row(row)
            values = {name: getattr(ended, name) for name in _RESULT_FIELDS}
            await connection.execute(update(sheet_views).where(sheet_views.c.id == ended.id).values(values))
            payer = Payer(ChannelRef(row["team"], row["channel"]), ended.requested_by, row["reserved_on"])
            item = BilledItem("sheet_view", ended.id, ended.round_id, ended.model, ended.price)
            charge = Charge(ended.cost, ended.cost_source) if ended.cost is not None and ended.cost_source else None
            await budgets.settle(connection, item, payer, charge, self._now())
            return await _get(connection, ended.id)

    async def keep(self, attempt_id: str, person: str, at: datetime) -> bool:
        async with self._database.transaction() as connection:
            row = (await connection.execute(_select_for_update(attempt_id))).mappings().one_or_none()
            if row is None or row["state"] is not SheetViewState.DRAWN or row["kept_by"]:
                return False
            is_other = (sheet_views.c.round_id == row["round_id"]) & (sheet_views.c.view == row["view"])
            await connection.execute(update(sheet_views).where(is_other).values(kept_by="", kept_at=None))
            is_kept = sheet_views.c.id == attempt_id
            await connection.execute(update(sheet_views).where(is_kept).values(kept_by=person, kept_at=at))
            return True

    async def set_opinion(self, attempt_id: str, person: str, event_ts_us: int, *, same: bool) -> bool:
        async with self._database.transaction() as connection:
            row = (await connection.execute(_select_for_update(attempt_id))).mappings().one_or_none()
            if row is None or row["state"] is not SheetViewState.DRAWN:
                return False
            opinion = {"view_id": attempt_id, "round_id": row["round_id"], "person": person}
            opinion |= {"same": same, "event_ts_us": event_ts_us}
            return await save_row(connection, sheet_opinions, opinion, sheet_opinions.c.event_ts_us < event_ts_us)

    async def set_file(self, attempt_id: str, file_id: str) -> None:
        await self._database.execute(update(sheet_views).where(sheet_views.c.id == attempt_id).values(file_id=file_id))

    async def set_message(self, attempt_id: str, message_ts: str, digest: str) -> None:
        statement = update(sheet_views).where(sheet_views.c.id == attempt_id)
        await self._database.execute(statement.values(message_ts=message_ts, digest=digest))

    async def list_unfinished(self, since: datetime) -> Sequence[str]:
        is_not_shown = (sheet_views.c.message_ts == "") & (sheet_views.c.opened_at > since)
        query = select(sheet_views.c.id).where(or_(sheet_views.c.state.in_(UNDRAWN_STATES), is_not_shown))
        return await self._database.fetch_column(query.order_by(sheet_views.c.opened_at))


def _blocking(new: SheetView, stored: Sequence[SheetView]) -> str:
    """Return the id of the attempt that makes `new` needless; empty if there is none."""
    same_view = [attempt for attempt in stored if attempt.view == new.view]
    blocking = (attempt.id for attempt in same_view if attempt.is_in_progress or attempt.attempt >= new.attempt)
    return next(blocking, "")


async def _count_opinions(
    connection: AsyncConnection, round_id: str, attempts: Sequence[SheetView]
) -> Mapping[str, Opinions]:
    key = (sheet_opinions.c.view_id, sheet_opinions.c.same)
    query = select(*key, func.count()).where(sheet_opinions.c.round_id == round_id).group_by(*key)
    counts = {(view_id, same): count for view_id, same, count in await connection.execute(query)}
    return {
        each.id: Opinions(
            each.earlier_same + counts.get((each.id, True), 0), each.earlier_drifted + counts.get((each.id, False), 0)
        )
        for each in attempts
    }


def _select_for_update(attempt_id: str) -> Select[Any]:
    """Select an attempt with its face's channel, and lock both rows."""
    query = select(*_COLUMNS, sheet_views.c.reserved_on, faces.c.team, faces.c.channel).join_from(sheet_views, faces)
    return query.where(sheet_views.c.id == attempt_id).with_for_update()


async def _get(connection: AsyncConnection, attempt_id: str) -> SheetView:
    result = await connection.execute(select(*_COLUMNS).where(sheet_views.c.id == attempt_id))
    if (row := result.mappings().one_or_none()) is None:
        raise KeyError(attempt_id)
    return _from_row(row)


async def _list_attempts(connection: AsyncConnection, round_id: str) -> tuple[SheetView, ...]:
    query = select(*_COLUMNS).where(sheet_views.c.round_id == round_id).order_by(*_ORDER)
    attempts = (_from_row(row) for row in (await connection.execute(query)).mappings())
    return tuple(sorted(attempts, key=lambda attempt: (attempt.view.position, attempt.attempt)))


def _from_row(row: RowMapping) -> SheetView:
    return SheetView(**{name: row[name] for name in _FIELDS} | {"view": ALL_VIEWS[row["view"]]})
