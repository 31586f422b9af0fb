"""A busy team's day in minutes: rounds from brief to lock, reminders, recalls, homes; what it leaves in memory (Linux).

Deadlines are brought forward in the database, as if the hours had passed; everything else is left to the bot's clock.
"""

import asyncio
import re
import sqlite3
import time
from asyncio.subprocess import Process
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from benchmarks.hearers import files, megabytes, threads
from benchmarks.section import Amount, Row, Section
from playground.door import Door, Json, buttons_of, text_of
from playground.processes import Workspace, bot_environment, start_bot, stop
from playground.story import LEAD

_SPEED = 20.0
_BUDGET = {"MAX_USD_PER_ROUND": "100", "MAX_USD_PER_DAY": "10000", "MAX_USD_PER_PERSON_DAY": "10000"}
_CHANNELS = ("C0HARBOURFILM", "C0NIGHTFERRY", "C0QUIETCAMP")
_VOTERS, _RECALLS, _HOMES = 10, 5, 3
_AT_ONCE = 4
_PATIENCE = 150.0
_REST = 5.0


@dataclass(frozen=True)
class State:
    """What the process holds."""

    megabytes: float
    files: int
    threads: int

    @classmethod
    def of(cls, process: Process) -> "State":
        return cls(megabytes(process), files(process), threads(process))


@dataclass(frozen=True)
class Day:
    """What happened, and what the bot held after the first rounds, in the middle and at the end."""

    rounds: int
    seconds: float
    votes: int
    reminders: int
    recalls: int
    homes: int
    left_open: int
    held: tuple[State, State, State]

    @property
    def growth(self) -> float:
        """Megabytes a round in the second half, once everything has been used and every cache is filled."""
        return (self.held[2].megabytes - self.held[1].megabytes) / max(1, self.rounds - self.rounds // 2)


async def measure(data: Path, amount: Amount) -> Section:
    day = await soak(data, amount.of(1, 20), amount.of(0, 4))
    return Section("A busy day, compressed", _rows(day), _NOTES)


async def soak(data: Path, rounds: int, warming: int) -> Day:
    """So many rounds of a day, after a few to warm up."""
    await asyncio.to_thread(data.mkdir, parents=True)
    workspace = await Workspace.start(data, 0, _SPEED)
    try:
        variables = bot_environment(data, await workspace.environment(), **_BUDGET)
        bot = await start_bot(variables, data / "bot.log")
        try:
            async with Door(workspace.address) as door:
                await door.connected(bot)
                await door.post("slack/rates", {"enabled": False})
                team = Team(door, data / "bot" / "castroom.sqlite")
                await team.gather()
                return await _lived(team, bot, rounds, warming)
        finally:
            await stop(bot)
    finally:
        await stop(workspace.process)


async def _lived(team: "Team", bot: Process, rounds: int, warming: int) -> Day:
    held, start = [], time.monotonic()
    await team.cast(warming)
    team.votes = team.reminders = team.recalls = team.homes = 0
    for part in (0, rounds // 2, rounds - rounds // 2):
        await team.cast(part)
        await asyncio.sleep(_REST)
        held.append(State.of(bot))
    return Day(
        rounds,
        time.monotonic() - start,
        team.votes,
        team.reminders,
        team.recalls,
        team.homes,
        team.left_open(),
        (held[0], held[1], held[2]),
    )


class Team:
    """Ten people who cast one character after another, a few at once."""

    def __init__(self, door: Door, database: Path) -> None:
        self._door = door
        self._database = database
        self._people: list[str] = []
        self._numbers = count(1)
        self.votes = self.reminders = self.recalls = self.homes = 0

    async def gather(self) -> None:
        for number in range(_VOTERS):
            person = {"name": f"crew-{number}", "real_name": f"Crew {number}", "channels": _CHANNELS}
            self._people.append((await self._door.post("people", person))["person"]["id"])

    async def cast(self, rounds: int) -> None:
        """So many characters, from brief to lock and recall."""
        left = iter(range(rounds))
        async with asyncio.TaskGroup() as group:
            for place in range(_AT_ONCE):
                group.create_task(self._one_after_another(left, _CHANNELS[place % len(_CHANNELS)]))

    def left_open(self) -> int:
        with closing(sqlite3.connect(self._database)) as database:
            found = database.execute("SELECT count(*) FROM rounds WHERE state NOT IN ('locked', 'void')")
            return int(found.fetchone()[0])

    async def _one_after_another(self, left: Iterator[int], channel: str) -> None:
        for _ in left:
            await self._life(f"Role {next(self._numbers)}", channel)

    async def _life(self, name: str, channel: str) -> None:
        await self._door.command(LEAD, channel, f"{name}: weathered harbour hand, 60 --for 2h")
        message = await self._door.until(lambda: self._shows(name, channel, "vote:2"), "a ballot", _PATIENCE)
        ts, round_id = message["ts"], message["metadata"]["event_payload"]["round"]
        await self._vote(channel, ts)
        await self._now_is_the_time("remind_at", round_id)
        await self._door.until(lambda: self._reminded(channel, ts), "the reminder", _PATIENCE)
        await self._now_is_the_time("closes_at", round_id)
        await self._door.until(lambda: self._shows(name, channel, "refine"), "the close", _PATIENCE)
        await self._door.click(LEAD, channel, ts, "lock")
        await self._door.until(lambda: self._shows(name, channel, "facts"), "the record", _PATIENCE)
        await self._look_back(name, channel)

    async def _vote(self, channel: str, ts: str) -> None:
        """Everybody for the first, by press or by reaction, and some for the second as well."""
        for place, person in enumerate(self._people):
            if place % 2:
                await self._door.react(person, channel, ts, "one")
            else:
                await self._door.click(person, channel, ts, "vote:1")
            if place % 3 == 0:
                await self._door.click(person, channel, ts, "vote:2")
                self.votes += 1
            self.votes += 1

    async def _look_back(self, name: str, channel: str) -> None:
        for person in self._people[:_RECALLS]:
            await self._door.command(person, channel, name)
            self.recalls += 1
        for person in self._people[:_HOMES]:
            await self._door.post(f"people/{person}/home", {"tab": "home"})
            self.homes += 1
        await self._door.command(LEAD, channel, "list")
        await self._door.command(LEAD, channel, "spend")

    async def _reminded(self, channel: str, ts: str) -> bool:
        await asyncio.sleep(0.3)
        found = any("have not voted yet" in text_of(reply) for reply in await self._door.thread(channel, ts))
        self.reminders += found
        return found

    async def _now_is_the_time(self, column: str, round_id: str) -> None:
        await asyncio.to_thread(self._write, column, round_id, int(time.time() * 1_000_000))

    def _write(self, column: str, round_id: str, now: int) -> None:
        with closing(sqlite3.connect(self._database, timeout=30, isolation_level=None)) as database:
            database.execute(f"UPDATE rounds SET {column} = ? WHERE id = ?", (now, round_id))  # noqa: S608

    async def _shows(self, name: str, channel: str, button: str) -> Json | None:
        await asyncio.sleep(0.3)
        for message in await self._door.messages(channel):
            if button in buttons_of(message) and re.search(rf"{name}\b", text_of(message)):
                return message
        return None


def _rows(day: Day) -> tuple[Row, ...]:
    first, middle, last = day.held
    asked = f"{day.votes} votes, {day.reminders} reminders, {day.recalls} recalls, {day.homes} homes opened"
    return (
        Row(f"{day.rounds} rounds from brief to lock in {day.seconds:.0f} s", asked),
        Row("rounds left open", f"{day.left_open}", "0"),
        Row("memory after warming up, in the middle, at the end", " MB, ".join(_memory(s) for s in day.held) + " MB"),
        Row("of that growth a round in the second half", f"{day.growth * 1000:.0f} KB"),
        Row("open files and sockets: start, middle, end", f"{first.files}, {middle.files}, {last.files}"),
        Row("threads: start, middle, end", f"{first.threads}, {middle.threads}, {last.threads}"),
    )


def _memory(state: State) -> str:
    return f"{state.megabytes:.0f}"


_NOTES = (
    f"{_VOTERS} people and a lead in three channels, {_AT_ONCE} characters at once. Every round is reminded of and "
    f"closed by its deadline, then locked; then {_RECALLS} people recall the face, {_HOMES} open their home, and the "
    "lead asks for the list and for what was spent. Caches fill at first; what grows with rounds shows in the second "
    "half.",
)
