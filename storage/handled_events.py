"""The port `HandledEvents`: inserted or there already, so that two deliveries never both count."""

from datetime import timedelta

from sqlalchemy import delete, select

from bot.ports.handled_events import Answer, MessageKey
from storage.db.replica_tables import answered_messages, newest_choices, seen_events
from storage.db.repository import TimedRepository

# Slack gives up the delivery of an event after about an hour (docs.slack.dev, "Events API").
_KEEP = {seen_events: timedelta(days=1), newest_choices: timedelta(days=1), answered_messages: timedelta(days=30)}


class SqlHandledEvents(TimedRepository):
    """Handled events in a database."""

    async def add(self, team: str, event_id: str) -> bool:
        return await self._insert_new(seen_events, team=team, event_id=event_id, at=self._now_us())

    async def get_answer(self, message: MessageKey) -> Answer | None:
        query = select(answered_messages.c.words, answered_messages.c.is_final)
        row = await self._database.fetch_first(query.filter_by(**_key(message)))
        return Answer(*row) if row else None

    async def set_answer(self, message: MessageKey, answer: Answer) -> None:
        row = _key(message) | {"words": answer.words, "is_final": answer.is_final, "at": self._now_us()}
        await self._save_row(answered_messages, row)

    async def record_choice(self, view_id: str, event_ts_us: int) -> None:
        row = {"view_id": view_id, "event_ts_us": event_ts_us, "at": self._now_us()}
        await self._save_row(newest_choices, row, where=newest_choices.c.event_ts_us < event_ts_us)

    async def is_newest_choice(self, view_id: str, event_ts_us: int) -> bool:
        newest = select(newest_choices.c.event_ts_us).where(newest_choices.c.view_id == view_id)
        return (await self._database.fetch_value(newest) or 0) <= event_ts_us

    async def purge(self) -> None:
        async with self._database.transaction() as connection:
            for table, age in _KEEP.items():
                before = self._now_us() - int(age.total_seconds() * 1_000_000)
                await connection.execute(delete(table).where(table.c.at < before))

    def _now_us(self) -> int:
        return int(self._now().timestamp() * 1_000_000)


def _key(message: MessageKey) -> dict[str, str]:
    return {"team": message.team, "person": message.person, "message_ts": message.ts}
