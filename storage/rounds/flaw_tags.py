"""What people find artificial about the candidates of open ballots."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, insert, select, update

from bot.domain.ballot import FlawAnswer, FlawTag
from bot.domain.round_state import RoundState
from storage.db.ballot_tables import flaw_answers
from storage.db.repository import SqlRepository
from storage.db.tables import rounds


class SqlFlawAnswers(SqlRepository):
    """Tags in a database."""

    async def replace(
        self, round_id: str, person: str, tags: Mapping[str, tuple[FlawTag, ...]], event_ts_us: int
    ) -> bool:
        is_theirs = (flaw_answers.c.round_id == round_id) & (flaw_answers.c.person == person)
        async with self._database.transaction() as connection:
            # The update locks the round, as a close does. Only the version changes: nothing of this is shown yet.
            is_voting = (rounds.c.id == round_id) & (rounds.c.state == RoundState.VOTING)
            bump = update(rounds).where(is_voting).values(ballot_version=rounds.c.ballot_version + 1)
            if (await connection.execute(bump)).rowcount == 0:
                return False
            newest = await connection.scalar(select(func.max(flaw_answers.c.event_ts_us)).where(is_theirs))
            if newest is not None and newest >= event_ts_us:
                return False
            await connection.execute(delete(flaw_answers).where(is_theirs))
            rows = [
                {"round_id": round_id, "slot_id": slot_id, "person": person, "tags": given, "event_ts_us": event_ts_us}
                for slot_id, given in tags.items()
                if given
            ]
            if rows:
                await connection.execute(insert(flaw_answers), rows)
            return True

    async def list_for_round(self, round_id: str) -> Sequence[FlawAnswer]:
        query = select(flaw_answers).where(flaw_answers.c.round_id == round_id)
        rows = await self._database.fetch_all(query.order_by(flaw_answers.c.event_ts_us, flaw_answers.c.slot_id))
        return [FlawAnswer(**row._mapping) for row in rows]
