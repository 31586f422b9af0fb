"""Questions whether two faces could be confused, and the answers."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.look_alikes import LookAlikeQuestion
from storage.db.ballot_tables import look_alike_answers, look_alike_questions
from storage.db.repository import SqlRepository, save_row
from storage.replicas.redraw_marks import mark_redraw

_questions, _answers = look_alike_questions.c, look_alike_answers.c


class SqlLookAlikes(SqlRepository):
    """Questions in a database."""

    async def add(self, question: LookAlikeQuestion) -> LookAlikeQuestion:
        values = {name: getattr(question, name) for name in ("round_id", "other_round_id", "shared", "asked_at")}
        await self._insert_new(look_alike_questions, **values)
        return await self.get(question.round_id, question.other_round_id)

    async def get(self, round_id: str, other_round_id: str) -> LookAlikeQuestion:
        found = await self._list(_is_pair(round_id, other_round_id))
        if not found:
            raise KeyError(f"{round_id} {other_round_id}")
        return found[0]

    async def set_message(self, question: LookAlikeQuestion, message_ts: str, digest: str) -> None:
        statement = update(look_alike_questions).where(_is_pair(question.round_id, question.other_round_id))
        await self._database.execute(statement.values(message_ts=message_ts, digest=digest))

    async def answer(self, round_id: str, other_round_id: str, person: str, is_yes: bool, event_ts_us: int) -> bool:
        key = {"round_id": round_id, "other_round_id": other_round_id, "person": person}
        answer = key | {"is_yes": is_yes, "event_ts_us": event_ts_us}
        async with self._database.transaction() as connection:
            is_open = _is_pair(round_id, other_round_id) & _questions.yes_count.is_(None)
            if await connection.scalar(select(_questions.round_id).where(is_open).with_for_update()) is None:
                return False
            if not await save_row(connection, look_alike_answers, answer, where=_answers.event_ts_us < event_ts_us):
                return False
            for changed in (round_id, other_round_id):
                await mark_redraw(connection, changed)
            return True

    async def list_for_round(self, round_id: str) -> Sequence[LookAlikeQuestion]:
        return await self._list(_questions.round_id == round_id)

    async def list_about(self, round_id: str) -> Sequence[LookAlikeQuestion]:
        return await self._list(or_(_questions.round_id == round_id, _questions.other_round_id == round_id))

    async def _list(self, condition: ColumnElement[bool]) -> Sequence[LookAlikeQuestion]:
        query = select(*_QUESTION).where(condition).order_by(_questions.asked_at, _questions.other_round_id)
        return [LookAlikeQuestion(*row) for row in await self._database.fetch_all(query)]


async def close_questions(connection: AsyncConnection, round_id: str) -> None:
    """Freeze the counts of a round's questions and delete who gave the answers."""
    counts = {"yes_count": _count(is_yes=True), "no_count": _count(is_yes=False)}
    is_open = (_questions.round_id == round_id) & _questions.yes_count.is_(None)
    await connection.execute(update(look_alike_questions).where(is_open).values(counts))
    await connection.execute(delete(look_alike_answers).where(_answers.round_id == round_id))


async def delete_questions(connection: AsyncConnection, round_id: str) -> None:
    """Delete the questions with the face of a round on either side."""
    for table in (look_alike_answers, look_alike_questions):
        is_about = or_(table.c.round_id == round_id, table.c.other_round_id == round_id)
        await connection.execute(delete(table).where(is_about))


def _is_pair(round_id: str, other_round_id: str) -> ColumnElement[bool]:
    return and_(_questions.round_id == round_id, _questions.other_round_id == other_round_id)


def _count(*, is_yes: bool) -> Any:
    is_of_question = and_(
        _answers.round_id == _questions.round_id, _answers.other_round_id == _questions.other_round_id
    )
    is_such = _answers.is_yes if is_yes else ~_answers.is_yes
    counted: Select[Any] = select(func.count()).select_from(look_alike_answers).where(is_of_question, is_such)
    return counted.correlate(look_alike_questions).scalar_subquery()


# In the order of the fields of `LookAlikeQuestion`.
_QUESTION = (
    *(_questions.round_id, _questions.other_round_id, _questions.shared, _questions.asked_at),
    *(_questions.message_ts, _questions.digest),
    func.coalesce(_questions.yes_count, _count(is_yes=True)),
    func.coalesce(_questions.no_count, _count(is_yes=False)),
    _questions.yes_count.is_not(None),
)
