"""Comments on candidates, and the thread message that collects them; implemented in storage/."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.comment import Comment


@dataclass(frozen=True)
class CommentMessage:
    """The message that collects a round's comments: its timestamp, and the digest of what it shows."""

    message_ts: str
    digest: str


class CommentRepository(Protocol):
    """Comments: one for each person and candidate of a round."""

    async def save(self, comment: Comment) -> bool:
        """Store a comment, or delete the stored one if the text is empty; False if a newer one is stored."""

    async def list_for_round(self, round_id: str) -> Sequence[Comment]:
        """List the comments of a round, oldest first."""

    async def get_message(self, round_id: str) -> CommentMessage | None: ...

    async def set_message(self, round_id: str, message: CommentMessage) -> None: ...
