"""Comments on candidates, and the thread message that collects them."""

from collections.abc import Sequence

from sqlalchemy import UpdateBase, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.comment import Comment
from bot.ports.comments import CommentMessage
from storage.db.ballot_tables import comment_messages, comments
from storage.db.engine import Database, upsert
from storage.replicas.redraw_marks import mark_redraw


class SqlCommentRepository:
    """Comments in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, comment: Comment) -> bool:
        async with self._database.transaction() as connection:
            changed = (await connection.execute(_change(connection, comment))).rowcount == 1
            if changed:
                await mark_redraw(connection, comment.round_id)
            return changed

    async def list_for_round(self, round_id: str) -> Sequence[Comment]:
        query = select(comments).where(comments.c.round_id == round_id)
        rows = await self._database.fetch_all(query.order_by(comments.c.event_ts_us, comments.c.person))
        return [Comment(**row._mapping) for row in rows]

    async def get_message(self, round_id: str) -> CommentMessage | None:
        query = select(comment_messages).where(comment_messages.c.round_id == round_id)
        rows = await self._database.fetch_all(query)
        return CommentMessage(rows[0].message_ts, rows[0].digest) if rows else None

    async def set_message(self, round_id: str, message: CommentMessage) -> None:
        async with self._database.transaction() as connection:
            statement = upsert(connection, comment_messages).values(round_id=round_id, **vars(message))
            await connection.execute(statement.on_conflict_do_update(index_elements=["round_id"], set_=vars(message)))


def _change(connection: AsyncConnection, comment: Comment) -> UpdateBase:
    """Return the statement that stores a comment, or deletes the stored one if the text is empty."""
    is_older = comments.c.event_ts_us < comment.event_ts_us
    if not comment.text:
        is_theirs = (comments.c.slot_id == comment.slot_id) & (comments.c.person == comment.person)
        return delete(comments).where(comments.c.round_id == comment.round_id, is_theirs, is_older)
    return (
        upsert(connection, comments)
        .values(**vars(comment))
        .on_conflict_do_update(
            index_elements=[column.name for column in comments.primary_key],
            set_={"text": comment.text, "event_ts_us": comment.event_ts_us},
            where=is_older,
        )
    )
