"""Which mentions the bot has answered, so that redelivered and edited messages get no second answer.

Slack may deliver a message to two processes of the bot, so all of this is in the database.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256

from bot.ports.handled_events import Answer, MessageKey
from bot.ports.storage import StoragePorts
from handlers.slack.payloads.values import MentionEvent


@dataclass
class MentionClaim:
    """One delivery of a mention; `is_final` is set after an answer that an edit does not change."""

    is_new: bool
    is_final: bool = False


class AnsweredMentions:
    """The mentions that were answered."""

    def __init__(self, storage: StoragePorts) -> None:
        self._handled = storage.handled_events
        self._replicas = storage.replicas

    @asynccontextmanager
    async def claim(self, mention: MentionEvent) -> AsyncIterator[MentionClaim]:
        """Wait for earlier deliveries of the message; it is new after an edit of words that had no final answer.

        Raises StorageUnavailable.
        """
        key = MessageKey(mention.place.team, mention.person, mention.message_ts)
        words = sha256(f"{mention.text}\0{mention.attached}".encode()).hexdigest()
        async with self._replicas.lease(f"mention:{key.team}:{key.person}:{key.ts}"):
            earlier = await self._handled.get_answer(key)
            is_answered = earlier is not None and (earlier.is_final or earlier.words == words)
            is_first_delivery = not mention.event_id or await self._handled.add(key.team, mention.event_id)
            claim = MentionClaim(is_new=is_first_delivery and not is_answered)
            yield claim
            if claim.is_new:
                await self._handled.set_answer(key, Answer(words, claim.is_final))

    async def is_first_of_bot(self, mention: MentionEvent) -> bool:
        """Return whether this is the bot's first mention in the channel, and remember it for a day."""
        place = mention.place
        return await self._handled.add(place.team, f"bot:{place.channel}:{mention.person}")
