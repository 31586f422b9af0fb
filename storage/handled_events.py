"""The port `HandledEvents`: inserted or there already, so that two deliveries never both count."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from bot.ports.handled_events import Answer, MessageKey
from storage.db.engine import Database, insert_new, upsert
from storage.db.replica_tables import answered_messages, newest_choices, seen_events

# Slack gives up the delivery of an event after about an hour (docs.slack.dev, "Events API").
_KEEP = {seen_events: timedelta(days=1), newest_choices: timedelta(days=1), answered_messages: timedelta(days=30)}


class SqlHandledEvents:
    """Handled events in a database."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def add(self, team: str, event_id: str) -> bool:
        async with self._database.transaction() as connection:
            return await insert_new(connection, seen_events, team=team, event_id=event_id, at=self._now_us())

    async def get_answer(self, message: MessageKey) -> Answer | None:
        is_message = (
            (answered_messages.c.team == message.team)
            & (answered_messages.c.person == message.person)
            & (answered_messages.c.message_ts == message.ts)
        )
        query = select(answered_messages.c.words, answered_messages.c.is_final).where(is_message)
        return next((Answer(*row) for row in await self._database.fetch_all(query)), None)

    async def set_answer(self, message: MessageKey, answer: Answer) -> None:
        row = {"words": answer.words, "is_final": answer.is_final, "at": self._now_us()}
        key = {"team": message.team, "person": message.person, "message_ts": message.ts}
        async with self._database.transaction() as connection:
            statement = upsert(connection, answered_messages).values(key | row)
            await connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=row))

    async def record_choice(self, view_id: str, event_ts_us: int) -> None:
        row = {"event_ts_us": event_ts_us, "at": self._now_us()}
        async with self._database.transaction() as connection:
            statement = upsert(connection, newest_choices).values({"view_id": view_id} | row)
            is_newer = newest_choices.c.event_ts_us < event_ts_us
            await connection.execute(
                statement.on_conflict_do_update(index_elements=["view_id"], set_=row, where=is_newer)
            )

    async def is_newest_choice(self, view_id: str, event_ts_us: int) -> bool:
        newest = select(func.max(newest_choices.c.event_ts_us).label("newest")).where(
            newest_choices.c.view_id == view_id
        )
        rows = await self._database.fetch_all(newest)
        return (rows[0].newest or 0) <= event_ts_us

    async def purge(self) -> None:
        async with self._database.transaction() as connection:
            for table, age in _KEEP.items():
                before = self._now_us() - int(age.total_seconds() * 1_000_000)
                await connection.execute(delete(table).where(table.c.at < before))

    def _now_us(self) -> int:
        return int(self._now().timestamp() * 1_000_000)
