"""Which mentions the bot has answered, so that redelivered and edited messages get no second answer.

The memory is lost at a restart; a started round and a public answer are then recognized by their ids.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from weakref import WeakValueDictionary

from cachetools import LRUCache

from bot.domain.ids import ChannelRef
from handlers.slack.payloads.values import MentionEvent

_MAX_REMEMBERED = 1_000


@dataclass
class MentionClaim:
    """One delivery of a mention; `is_final` is set after an answer that an edit does not change."""

    is_new: bool
    is_final: bool = False


@dataclass(frozen=True)
class _Answer:
    words: tuple[str, str]
    is_final: bool


class AnsweredMentions:
    """The mentions that were answered, the newest thousand."""

    def __init__(self) -> None:
        self._events: LRUCache[tuple[str, str], bool] = LRUCache(_MAX_REMEMBERED)
        self._answers: LRUCache[tuple[str, str, str], _Answer] = LRUCache(_MAX_REMEMBERED)
        self._bots: LRUCache[tuple[ChannelRef, str], bool] = LRUCache(_MAX_REMEMBERED)
        self._mutexes: WeakValueDictionary[tuple[str, str, str], asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def claim(self, mention: MentionEvent) -> AsyncIterator[MentionClaim]:
        """Wait for earlier deliveries of the message; it is new after an edit of words that had no final answer."""
        key = mention.place.team, mention.person, mention.message_ts
        words = mention.text, mention.attached
        async with self._mutexes.setdefault(key, asyncio.Lock()):
            event_key, earlier = (mention.place.team, mention.event_id), self._answers.get(key)
            is_known = earlier is not None and (earlier.is_final or earlier.words == words)
            claim = MentionClaim(is_new=event_key not in self._events and not is_known)
            self._events[event_key] = True
            yield claim
            if claim.is_new:
                self._answers[key] = _Answer(words, claim.is_final)

    def is_first_of_bot(self, mention: MentionEvent) -> bool:
        """Return whether this is the bot's first mention in the channel, and remember it."""
        key = mention.place, mention.person
        is_first = key not in self._bots
        self._bots[key] = True
        return is_first
