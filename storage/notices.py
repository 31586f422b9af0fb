"""The port `Notices`: whom the end of a model concerns, and who was told."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select

from bot.ports import Reader
from bot.round import State
from bot.slot import SlotState
from storage.database import Database, upsert
from storage.tables import is_open, notices, rounds, slots

_BLIND = (State.DRAWING, State.VOTING)


class SqlNotices:
    """Notices in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def concerned(self, model_id: str) -> Sequence[Reader]:
        theirs = select(slots.c.id).where(slots.c.round_id == rounds.c.id, slots.c.model == model_id)
        missed = theirs.where(slots.c.state == SlotState.MISS).exists()
        hidden = select(rounds.c.team).where(rounds.c.state.in_(_BLIND), missed)
        newest_first = func.row_number().over(partition_by=rounds.c.team, order_by=rounds.c.opened_at.desc())
        asked = select(rounds.c.team, rounds.c.lead, is_open.label("open"), newest_first.label("nth"))
        ranked = asked.where(theirs.exists(), rounds.c.team.not_in(hidden)).subquery()
        some = select(ranked).where(ranked.c.open | (ranked.c.nth == 1)).order_by(ranked.c.team, ranked.c.lead)
        async with self._database.read() as connection:
            rows = (await connection.execute(some)).all()
        casting = {row.team for row in rows if row.open}
        return list(dict.fromkeys(Reader(row.team, row.lead) for row in rows if row.open or row.team not in casting))

    async def doubted(self, since: datetime) -> bool:
        retired = slots.c.miss["kind"].as_string() == "retired"
        lately = select(slots.c.id).where(slots.c.state == SlotState.MISS, slots.c.asked_at >= since, retired)
        async with self._database.read() as connection:
            return (await connection.execute(lately.limit(1))).first() is not None

    async def take(self, reader: Reader, model_id: str, at: datetime) -> bool:
        async with self._database.change() as connection:
            row = {"team": reader.team, "person": reader.person, "model": model_id, "at": at}
            written = await connection.execute(upsert(connection, notices).values(row).on_conflict_do_nothing())
            return written.rowcount == 1

    async def give_back(self, reader: Reader, model_id: str) -> None:
        async with self._database.change() as connection:
            await connection.execute(delete(notices).where(_of(reader, model_id)))


def _of(reader: Reader, model_id: str) -> ColumnElement[bool]:
    return (notices.c.team == reader.team) & (notices.c.person == reader.person) & (notices.c.model == model_id)
