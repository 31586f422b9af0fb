"""Lists of characters that are started one after another."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update

from bot.domain.cast_many import ManyList, ManyState
from storage.db.repository import SqlRepository, insert_new
from storage.db.rows import to_row, with_place
from storage.db.tables import cast_lists

_DRAFT_LIFE, _ENDED_LIFE = timedelta(days=1), timedelta(days=30)
_COLUMNS = [column for column in cast_lists.c if column.name != "saved_at"]


class SqlManyRepository(SqlRepository):
    """Lists in a database."""

    async def save(self, many: ManyList, at: datetime) -> None:
        is_old_draft = (
            (cast_lists.c.person == many.person)
            & (cast_lists.c.state == ManyState.DRAFT)
            & (cast_lists.c.saved_at < at - _DRAFT_LIFE)
        )
        has_ended = (cast_lists.c.state == ManyState.DONE) & (cast_lists.c.saved_at < at - _ENDED_LIFE)
        is_old = (cast_lists.c.team == many.place.team) & or_(is_old_draft, has_ended)
        async with self._database.transaction() as connection:
            await connection.execute(delete(cast_lists).where(is_old))
            await insert_new(connection, cast_lists, **to_row(many), saved_at=at)

    async def get(self, list_id: str) -> ManyList:
        row = await self._database.fetch_first(select(*_COLUMNS).where(cast_lists.c.id == list_id))
        if row is None:
            raise KeyError(list_id)
        return _many_from(row)

    async def update(self, many: ManyList) -> bool:
        is_current = (cast_lists.c.id == many.id) & (cast_lists.c.version == many.version)
        changed = replace(many, version=many.version + 1)
        values = {name: getattr(changed, name) for name in ("lines", "state", "stop", "version")}
        return await self._database.change_one(update(cast_lists).where(is_current).values(values))

    async def set_shown(self, list_id: str, message_ts: str, version: int) -> None:
        values = {"message_ts": message_ts, "shown_version": version}
        is_older = (cast_lists.c.id == list_id) & (cast_lists.c.shown_version <= version)
        await self._database.execute(update(cast_lists).where(is_older).values(values))

    async def list_due(self) -> Sequence[ManyList]:
        is_unshown = (cast_lists.c.state != ManyState.DRAFT) & (cast_lists.c.shown_version != cast_lists.c.version)
        query = select(*_COLUMNS).where(or_(cast_lists.c.state == ManyState.RUNNING, is_unshown))
        return [_many_from(row) for row in await self._database.fetch_all(query.order_by(cast_lists.c.saved_at))]


def _many_from(row: Any) -> ManyList:
    return ManyList(**with_place(row._asdict()))
