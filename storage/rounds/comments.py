"""Comments on candidates, and the thread message that collects them."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.comment import Comment
from bot.ports.comments import CommentMessage
from storage.db.ballot_tables import comment_messages, comments
from storage.db.repository import SqlRepository, save_row
from storage.replicas.redraw_marks import mark_redraw


class SqlCommentRepository(SqlRepository):
    """Comments in a database."""

    async def save(self, comment: Comment) -> bool:
        async with self._database.transaction() as connection:
            changed = await _change(connection, comment)
            if changed:
                await mark_redraw(connection, comment.round_id)
            return changed

    async def list_for_round(self, round_id: str) -> Sequence[Comment]:
        query = select(comments).where(comments.c.round_id == round_id)
        rows = await self._database.fetch_all(query.order_by(comments.c.event_ts_us, comments.c.person))
        return [Comment(**row._mapping) for row in rows]

    async def get_message(self, round_id: str) -> CommentMessage | None:
        query = select(comment_messages.c.message_ts, comment_messages.c.digest).where(
            comment_messages.c.round_id == round_id
        )
        row = await self._database.fetch_first(query)
        return CommentMessage(*row) if row else None

    async def set_message(self, round_id: str, message: CommentMessage) -> None:
        await self._save_row(comment_messages, {"round_id": round_id, **vars(message)})


async def _change(connection: AsyncConnection, comment: Comment) -> bool:
    """Store a newer comment, or delete the stored one if the text is empty; return whether anything changed."""
    is_older = comments.c.event_ts_us < comment.event_ts_us
    if comment.text:
        return await save_row(connection, comments, vars(comment), where=is_older)
    is_theirs = (comments.c.slot_id == comment.slot_id) & (comments.c.person == comment.person)
    statement = delete(comments).where(comments.c.round_id == comment.round_id, is_theirs, is_older)
    return (await connection.execute(statement)).rowcount == 1
