"""Questions whether two faces could be confused, and the answers; implemented in storage/."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.look_alikes import LookAlikeQuestion


class LookAlikes(Protocol):
    """One question for each pair of a face and an earlier one."""

    async def add(self, question: LookAlikeQuestion) -> LookAlikeQuestion:
        """Store a question unless it exists; return it as stored."""

    async def get(self, round_id: str, other_round_id: str) -> LookAlikeQuestion:
        """Raises KeyError for a question that does not exist."""

    async def set_message(self, question: LookAlikeQuestion, message_ts: str, digest: str) -> None:
        """Store the message of a question, and the digest of what it shows."""

    async def answer(self, round_id: str, other_round_id: str, person: str, is_yes: bool, event_ts_us: int) -> bool:
        """Store a person's answer in place of an earlier one; False if a newer one is stored or the question closed."""

    async def list_for_round(self, round_id: str) -> Sequence[LookAlikeQuestion]:
        """List the questions asked about the face of a round, in the order they were asked."""

    async def list_about(self, round_id: str) -> Sequence[LookAlikeQuestion]:
        """List the questions in which the face of a round is on either side."""
