"""The ports `PostedFiles` and `PostedMessages`: what the bot posted about which round."""

from collections.abc import Sequence

from sqlalchemy import select, union

from bot.domain.character_sheet import MESSAGE_GONE
from bot.ports.erasure import MessageAddress
from storage.db.ballot_tables import comment_messages
from storage.db.erasure_tables import posted_files, posted_messages
from storage.db.face_tables import sheet_views
from storage.db.repository import SqlRepository, upsert
from storage.db.tables import rounds


class SqlPostedFiles(SqlRepository):
    """The port `PostedFiles` in a database."""

    async def add(self, file_ids: Sequence[str], round_ids: Sequence[str]) -> None:
        rows = [{"round_id": round_id, "file_id": file_id} for round_id in round_ids for file_id in file_ids]
        if rows:
            async with self._database.transaction() as connection:
                await connection.execute(upsert(connection, posted_files).on_conflict_do_nothing(), rows)


class SqlPostedMessages(SqlRepository):
    """The port `PostedMessages` in a database."""

    async def add(self, round_id: str, *addresses: MessageAddress) -> None:
        rows = [{"round_id": round_id, "channel": each.channel, "message_ts": each.ts} for each in addresses]
        if rows:
            async with self._database.transaction() as connection:
                await connection.execute(upsert(connection, posted_messages).on_conflict_do_nothing(), rows)

    async def list_for_round(self, round_id: str) -> Sequence[MessageAddress]:
        listed = select(posted_messages.c.channel, posted_messages.c.message_ts)
        of_comments = select(rounds.c.channel, comment_messages.c.message_ts).join_from(comment_messages, rounds)
        of_views = select(rounds.c.channel, sheet_views.c.message_ts).join_from(
            sheet_views, rounds, rounds.c.id == sheet_views.c.round_id
        )
        query = union(
            listed.where(posted_messages.c.round_id == round_id),
            of_comments.where(comment_messages.c.round_id == round_id),
            of_views.where(sheet_views.c.round_id == round_id, sheet_views.c.message_ts.not_in(("", MESSAGE_GONE))),
        )
        return sorted(MessageAddress(*row) for row in await self._database.fetch_all(query))
