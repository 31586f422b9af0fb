"""Rounds played from brief to lock while the bot is killed (-9) at random moments, and what was lost by it.

People behave as people do: who gets an error from Slack sends a command again, but presses no button a second time
without looking. A promise is what was acknowledged: such a vote or lock must be there in the end.
"""

import asyncio
import os
import re
import signal
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bot.ballot import Mark
from bot.round import Round, State
from bot.settings import Settings
from bot.slot import Slot
from playground.door import Door, Json, TooLate, buttons_of, text_of
from playground.processes import Workspace, bot_environment, start_bot, stop
from storage import open_storage

_CHANNELS = ("C0HARBOURFILM", "C0NIGHTFERRY", "C0QUIETCAMP")
_LEAD, _DIRECTOR = "U0LENAORTIZ", "U0DANIELOKA"
_SPEED = 20.0
_PATIENCE = 60.0
_LONGEST_LIFE = 4.0
_BUDGET = {"MAX_USD_PER_ROUND": "1000", "MAX_USD_PER_DAY": "100000"}


@dataclass
class Story:
    """One round as its people know it; `votes` are (person, candidate) that were acknowledged or are a reaction."""

    name: str
    channel: str
    ts: str = ""
    votes: set[tuple[str, int]] = field(default_factory=set)
    lock_promised: bool = False
    ended: str = ""


@dataclass(frozen=True)
class Losses:
    """What is counted. `differences` are slots whose price we keep as unknown although nothing was drawn for them."""

    kills: int
    rounds: int
    locked: int
    called_off: int
    votes_lost: int
    locks_lost: int
    stuck: int
    paid_twice: int
    differences: int
    posted_twice: int


class Theatre:
    """The practice workspace, and a bot that dies and comes back."""

    def __init__(self, data: Path, seed: int, longest_life: float) -> None:
        self._data = data
        self._random = Random(seed)
        self._longest_life = longest_life
        self.stories: list[Story] = []
        self.over = False
        self.kills = 0

    async def open(self) -> None:
        self._workspace = await Workspace.start(self._data, 0, _SPEED)
        self.door = Door(self._workspace.address)
        await self.door.post("slack/rates", {"enabled": False})
        await self.door.post("models/*/latency", {"least": 0.2, "most": 4.0})  # seconds before _SPEED
        self.variables = bot_environment(self._data, await self._workspace.environment(), **_BUDGET)
        self._bot = await self._start()

    async def close(self) -> None:
        await stop(self._bot)
        await self.door.close()
        await stop(self._workspace.process)

    async def end_bot(self) -> None:
        await stop(self._bot)

    async def kill(self, times: int) -> None:
        """So often, each time at a moment nobody chose."""
        for _ in range(times):
            await asyncio.sleep(self._random.uniform(0.05, self._longest_life))
            os.kill(self._bot.pid, signal.SIGKILL)
            await self._bot.wait()
            self.kills += 1
            self._bot = await self._start()
        self.over = True

    async def play(self, channel: str) -> None:
        """Cast one character after another until the killing is over."""
        number = 0
        while not self.over:
            number += 1
            story = Story(f"{channel[-4:].title()} {number}", channel)
            self.stories.append(story)
            try:
                await self._life_of(story)
            except TooLate as late:
                story.ended = f"stuck: {late}"
                return

    async def _start(self) -> Process:
        bot = await start_bot(self.variables, self._data / "bot.log")
        await self.door.connected(bot)
        return bot

    async def _life_of(self, story: Story) -> None:
        story.ts = await self._cast(story)
        message = await self.door.until(lambda: self._offers(story, "vote:1", "reroll"), "a ballot", _PATIENCE)
        if "vote:1" not in buttons_of(message):
            message = await self._settled(story)
        if "vote:1" not in buttons_of(message):
            await self._call_off(story)
            return
        await self._vote(story, self._random.choice([b for b in buttons_of(message) if b.startswith("vote:")]))
        await self._lock(story)

    async def _cast(self, story: Story) -> str:
        """Whoever gets an error, or sees nothing come of it, sends the line again."""
        for _ in range(20):
            await self.door.command(_LEAD, story.channel, f"{story.name}: a harbour hand")
            try:
                return await self.door.until(lambda: self._posted(story), "the round's message", 6)
            except TooLate:
                continue
        raise TooLate("the command")

    async def _posted(self, story: Story) -> str | None:
        messages = await self.door.messages(story.channel)
        return next((str(m["ts"]) for m in messages if story.name in re.findall(r"\w+ \d+", text_of(m))), None)

    async def _offers(self, story: Story, *buttons: str) -> Json | None:
        message = await self.door.message(story.channel, story.ts)
        return message if set(buttons) & set(buttons_of(message)) else None

    async def _settled(self, story: Story) -> Json:
        """A round that waits for its lead shows the same after a while; one that goes on opens its ballot."""
        try:
            return await self.door.until(lambda: self._offers(story, "vote:1"), "a ballot", 10)
        except TooLate:
            return await self.door.message(story.channel, story.ts)

    async def _call_off(self, story: Story) -> None:
        async def off() -> bool:
            await self.door.click(_LEAD, story.channel, story.ts, "cancel")
            await asyncio.sleep(0.5)
            return "cancel" not in buttons_of(await self.door.message(story.channel, story.ts))

        await self.door.until(off, "the round to be called off", _PATIENCE)
        story.ended = "called off"

    async def _vote(self, story: Story, button: str) -> None:
        number = int(button.removeprefix("vote:"))
        emoji = ("one", "two", "three", "four", "five", "six", "seven", "eight")[number - 1]
        if (await self.door.react(_DIRECTOR, story.channel, story.ts, emoji)).get("ok"):
            story.votes.add((_DIRECTOR, number))
        if (await self.door.click(_LEAD, story.channel, story.ts, button)).get("ok"):
            story.votes.add((_LEAD, number))

    async def _lock(self, story: Story) -> None:
        async def cast() -> bool:
            if "is cast" in text_of(await self.door.message(story.channel, story.ts)):
                return True
            await self.door.click(_LEAD, story.channel, story.ts, "lock")
            await asyncio.sleep(0.3)
            return False

        await self.door.until(cast, "the lock", _PATIENCE)
        story.lock_promised, story.ended = True, "locked"


async def kills(
    data: Path, times: int, seed: int = 1, longest_life: float = _LONGEST_LIFE
) -> tuple[Losses, list[Story]]:
    """Kill the bot so often while three channels cast; what was lost, and the stories to look at where it was.

    The bot lives at most `longest_life` seconds between two kills.
    """
    theatre = Theatre(data, seed, longest_life)
    await asyncio.to_thread(data.mkdir, parents=True, exist_ok=True)
    await theatre.open()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(theatre.kill(times))
            for channel in _CHANNELS:
                group.create_task(theatre.play(channel))
        await theatre.end_bot()
        posts = Counter([_round_of(m) for c in _CHANNELS for m in await _everything(theatre.door, c)])
        bill = Counter(str(call["model"]) for call in await theatre.door.bill() if call["charged"])
        stored = await _stored(theatre, posts.keys() - {""})
    finally:
        await theatre.close()
    del posts[""]
    return _counted(theatre, stored, bill, sum(posts.values()) - len(posts)), theatre.stories


async def _everything(door: Door, channel: str) -> list[Json]:
    state = await door.get("state", channel=channel, limit=1000)
    found: list[Json] = state["messages"].get(channel, [])
    return found


def _round_of(message: Json) -> str:
    return str((message.get("metadata") or {}).get("event_payload", {}).get("round", ""))


async def _stored(theatre: Theatre, rounds: set[str]) -> Mapping[str, tuple[Round, list[Mark]]]:
    """Rounds by their character's name, as the bot's own storage has them."""
    settings = Settings.model_validate({"data_dir": theatre.variables["DATA_DIR"]})
    storage = await open_storage(settings)
    try:
        found = {}
        for round_id in rounds:
            round_ = await storage.rounds.get(round_id)
            found[round_.character] = (round_, list(await storage.rounds.marks(round_id)))
        return found
    finally:
        await storage.close()


def _counted(
    theatre: Theatre, stored: Mapping[str, tuple[Round, list[Mark]]], bill: Counter[str], posted_twice: int
) -> Losses:
    charged: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    votes_lost = locks_lost = 0
    for round_, _ in stored.values():
        for slot in round_.slots:
            charged[_wire(slot)] += bool(slot.cost)
            unknown[_wire(slot)] += slot.cost_source == "unknown"
    for story in theatre.stories:
        if story.name in stored:
            round_, marks = stored[story.name]
            standing = {(m.person, round_.candidate(m.slot_id).number) for m in marks if m.on}
            votes_lost += len(story.votes - standing)
            locks_lost += story.lock_promised and round_.state is not State.LOCKED
    endings = Counter(story.ended for story in theatre.stories)
    return Losses(
        kills=theatre.kills,
        rounds=len(theatre.stories),
        locked=endings["locked"],
        called_off=endings["called off"],
        votes_lost=votes_lost,
        locks_lost=locks_lost,
        stuck=len(theatre.stories) - endings["locked"] - endings["called off"],
        paid_twice=sum(max(0, bill[model] - charged[model]) for model in bill),
        differences=sum(max(0, charged[model] - bill[model]) for model in charged),
        posted_twice=posted_twice,
    )


def _wire(slot: Slot) -> str:
    return slot.model.partition(":")[2]
