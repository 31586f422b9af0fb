"""People who cast one character after another in one channel, whatever happens to the bot and to Slack meanwhile.

They behave as people do: who gets an error from Slack sends a command again, but presses no button a second time
without looking. A promise is what was acknowledged: such a vote or lock must be there in the end.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from benchmarks.theatre import Theatre
from playground.door import Json, TooLate, buttons_of, menu_of, text_of

T = TypeVar("T")

_LEAD, _DIRECTOR = "U0LENAORTIZ", "U0DANIELOKA"
_PATIENCE = 180.0
_IN_PEACE = 5  # rounds at most
_TRIES = 40  # of six seconds: models that kept failing are left alone for two minutes
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight")
STUCK = "stuck:"
_ENDED = "Casting {} · ended"


@dataclass
class Story:
    """One round as its people know it; `votes` are (person, candidate) that were acknowledged or are a reaction."""

    name: str
    channel: str
    ts: str = ""
    votes: set[tuple[str, int]] = field(default_factory=set)
    lock_promised: bool = False
    ended: str = ""


class Company:
    """The people of one channel of a theatre; `stories` grows as they play."""

    def __init__(self, theatre: Theatre, channel: str) -> None:
        self._theatre = theatre
        self._door = theatre.door
        self._random = theatre.random
        self._channel = channel
        self.stories: list[Story] = []

    async def play(self) -> None:
        """Cast one character after another until the theatre is over, and in peace until there is a locked face at
        all; a round that goes nowhere ends it."""
        in_peace = 0
        while not self._theatre.over or (in_peace < _IN_PEACE and not any(s.lock_promised for s in self.stories)):
            in_peace += self._theatre.over
            story = Story(f"{self._channel[-4:].title()} {len(self.stories) + 1}", self._channel)
            self.stories.append(story)
            try:
                await self._life_of(story)
            except TooLate as late:
                story.ended = f"{STUCK} {late}"
                return

    async def _life_of(self, story: Story) -> None:
        story.ts = await self._cast(story)
        message = await self._until(lambda: self._offers(story, "vote:1", "reroll"), "a ballot")
        if "vote:1" not in buttons_of(message):
            message = await self._settled(story)
        if self._ended(story, message):
            story.ended = "without a portrait"
            return
        if "vote:1" not in buttons_of(message):
            message = await self._until(lambda: self._called_off(story), "the round to be called off")
        if self._ended(story, message):
            story.ended = "called off"
            return
        await self._vote(story, [b for b in buttons_of(message) if b.startswith("vote:")])
        await self._lock(story)
        await self._door.mention(_DIRECTOR, story.channel, f"who is {story.name}?")

    async def _cast(self, story: Story) -> str:
        """Whoever gets an error, or sees nothing come of it, sends the line again; its words are this round's own."""
        tries = 0
        while tries < _TRIES:
            tries += self._theatre.over
            await self._door.command(_LEAD, story.channel, f"{story.name}: a harbour hand of the ship {story.name}")
            try:
                return await self._door.until(lambda: self._posted(story), "the round's message", 6)
            except TooLate:
                continue
        raise TooLate("the command")

    async def _posted(self, story: Story) -> str | None:
        messages = await self._door.messages(story.channel)
        return next((str(m["ts"]) for m in messages if round_of(m) and story.name in names_in(text_of(m))), None)

    async def _message(self, story: Story) -> Json:
        found = await self._door.get("state", channel=story.channel, thread=story.ts)
        message: Json = found["messages"][story.channel][0]
        return message

    async def _offers(self, story: Story, *buttons: str) -> Json | None:
        message = await self._message(story)
        return message if set(buttons) & set(buttons_of(message)) or self._ended(story, message) else None

    def _ended(self, story: Story, message: Json) -> bool:
        return _ENDED.format(story.name) in text_of(message)

    async def _settled(self, story: Story) -> Json:
        """A round that waits for its lead shows the same after a while; one that goes on opens its ballot."""
        try:
            return await self._door.until(lambda: self._offers(story, "vote:1"), "a ballot", 10)
        except TooLate:
            return await self._message(story)

    async def _called_off(self, story: Story) -> Json | None:
        """Pressed until the message says so; a ballot that opens meanwhile is as good."""
        message = await self._message(story)
        if self._ended(story, message) or "vote:1" in buttons_of(message):
            return message
        await self._door.click(_LEAD, story.channel, story.ts, "cancel")
        await asyncio.sleep(0.5)
        return None

    async def _vote(self, story: Story, buttons: list[str]) -> None:
        """One likes everybody, by reaction, and the other presses for one of them."""
        numbers = [int(button.removeprefix("vote:")) for button in buttons]
        for number in self._random.sample(numbers, len(numbers)):
            if (await self._door.react(_DIRECTOR, story.channel, story.ts, _NUMBERS[number - 1])).get("ok"):
                story.votes.add((_DIRECTOR, number))
        liked = self._random.choice(numbers)
        if (await self._door.click(_LEAD, story.channel, story.ts, f"vote:{liked}")).get("ok"):
            story.votes.add((_LEAD, liked))

    async def _lock(self, story: Story) -> None:
        """Slow redraws or lost presses make the lead look and press again; without any vote the lead decides."""

        async def cast() -> bool:
            message = await self._message(story)
            if "is cast" in text_of(message):
                return True
            if "lock" in buttons_of(message):
                await self._door.click(_LEAD, story.channel, story.ts, "lock")
            elif anyone := list(menu_of(message, "decide").values()):
                await self._door.click(_LEAD, story.channel, story.ts, "decide", anyone[0])
            await asyncio.sleep(0.3)
            return False

        await self._until(cast, "the lock")
        story.lock_promised, story.ended = True, "locked"

    async def _until(self, look: Callable[[], Awaitable[T | None]], what: str) -> T:
        """Patience begins when nothing is struck any more: what comes to no end in peace is stuck."""
        while not self._theatre.over:
            with suppress(TooLate):
                return await self._door.until(look, what, 5)
        return await self._door.until(look, what, _PATIENCE)


def round_of(message: Json) -> str:
    """The round a message of the bot is about; empty for all other messages."""
    return str((message.get("metadata") or {}).get("event_payload", {}).get("round", ""))


def names_in(text: str) -> list[str]:
    """The names of characters as they are given here: a word and a number."""
    return re.findall(r"\w+ \d+", text)
