"""The port `Finishes`: reserved with the press, asked once, settled once."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, Update, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.budget import Caps, Charge, Item, Spender, purse_day
from bot.face import Place
from bot.finish import UNDER_WAY, Finish, FinishState
from bot.ports import Begun
from storage import purse
from storage.database import Database
from storage.tables import faces, finishes

_FIELDS = [field.name for field in fields(Finish)]
_FINISH = [finishes.c[name] for name in _FIELDS]
# What a finish came to, in the one statement that ends it.
_OUTCOME = ("state", "seconds", "cost", "cost_source", "request_id", "seed", "portrait", "miss")


class SqlFinishes:
    """Finishes in a database; `now` dates reservations and charges."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def begin(self, new: Finish, caps: Caps) -> Begun:
        async with self._database.change() as connection:
            where = select(faces.c.team, faces.c.channel).where(faces.c.round_id == new.round_id)
            place = Place(*(await connection.execute(where.with_for_update())).one())
            for known in await _of(connection, new.round_id):
                if known.live or known.attempt >= new.attempt:
                    return Begun(known, fresh=False)
            day = purse_day(self._now())
            await purse.reserve(connection, Spender(place, new.asked_by, day), new.price, caps)
            row = {name: getattr(new, name) for name in _FIELDS} | {"reserved_on": day}
            await connection.execute(insert(finishes).values(row))
            return Begun(new, fresh=True)

    async def get(self, finish_id: str) -> Finish:
        async with self._database.read() as connection:
            return await _one(connection, finish_id)

    async def of(self, round_id: str) -> tuple[Finish, ...]:
        async with self._database.read() as connection:
            return await _of(connection, round_id)

    async def intend(self, finish_id: str, at: datetime) -> bool:
        waits = update(finishes).where(finishes.c.id == finish_id, finishes.c.state == FinishState.WAITING)
        return await self._changes(waits.values(state=FinishState.ASKING, asked_at=at))

    async def settle(self, ended: Finish) -> Finish:
        async with self._database.change() as connection:
            found = await connection.execute(_held(ended.id))
            row = found.mappings().one()
            if row["state"] not in UNDER_WAY:
                return _finish_of(row)
            outcome = {name: getattr(ended, name) for name in _OUTCOME}
            await connection.execute(update(finishes).where(finishes.c.id == ended.id).values(outcome))
            spender = Spender(Place(row["team"], row["channel"]), ended.asked_by, row["reserved_on"])
            item = Item("finish", ended.id, ended.round_id, ended.model, ended.price)
            charge = Charge(ended.cost, ended.cost_source) if ended.cost is not None and ended.cost_source else None
            await purse.settle(connection, item, spender, charge, self._now())
            return await _one(connection, ended.id)

    async def decide(self, finish_id: str, person: str, at: datetime, *, keep: bool) -> bool:
        offered = update(finishes).where(finishes.c.id == finish_id, finishes.c.state == FinishState.OFFERED)
        state = FinishState.KEPT if keep else FinishState.DECLINED
        return await self._changes(offered.values(state=state, decided_by=person, decided_at=at))

    async def set_files(self, finish_id: str, pair_file: str | None, file_id: str) -> None:
        shown = update(finishes).where(finishes.c.id == finish_id)
        await self._changes(shown.values(pair_file=pair_file, file_id=file_id))

    async def moving(self, since: datetime) -> Sequence[str]:
        arrived = finishes.c.portrait.is_not(None) & finishes.c.file_id.is_(None) & (finishes.c.opened_at > since)
        wanted = select(finishes.c.id).where(or_(finishes.c.state.in_(UNDER_WAY), arrived))
        async with self._database.read() as connection:
            return (await connection.scalars(wanted.order_by(finishes.c.opened_at))).all()

    async def _changes(self, statement: Update) -> bool:
        async with self._database.change() as connection:
            return bool((await connection.execute(statement)).rowcount)


def _held(finish_id: str) -> Select[Any]:
    """A finish with its face's place, which nobody else can change until the transaction ends."""
    row = select(*_FINISH, finishes.c.reserved_on, faces.c.team, faces.c.channel).join_from(finishes, faces)
    return row.where(finishes.c.id == finish_id).with_for_update()


async def _one(connection: AsyncConnection, finish_id: str) -> Finish:
    row = (await connection.execute(select(*_FINISH).where(finishes.c.id == finish_id))).mappings().one_or_none()
    if row is None:
        raise KeyError(finish_id)
    return _finish_of(row)


async def _of(connection: AsyncConnection, round_id: str) -> tuple[Finish, ...]:
    rows = select(*_FINISH).where(finishes.c.round_id == round_id).order_by(finishes.c.attempt)
    return tuple(_finish_of(row) for row in (await connection.execute(rows)).mappings())


def _finish_of(row: RowMapping) -> Finish:
    return Finish(**{name: row[name] for name in _FIELDS})
