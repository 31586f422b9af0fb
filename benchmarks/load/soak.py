"""A busy team's day in minutes: rounds from brief to lock, reminders, recalls, homes; and what grows (Linux).

Deadlines are moved forward in the database as if hours had passed; the bot's scheduler does everything else.
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

from benchmarks.harness.process_probes import megabytes, open_files, threads
from benchmarks.report import Row, RunSize, Section
from playground.control.client import ControlClient, Json, buttons_of, text_of
from playground.processes import WorkspaceProcess, bot_environment, start_bot, stop
from playground.scenarios.main_flow import LEAD

_SPEED = 20.0
_BUDGET = {
    "MAX_USD_PER_ROUND": "100",
    "MAX_USD_PER_DAY": "10000",
    "MAX_USD_PER_PERSON_DAY": "10000",
    "MAX_OPEN_ROUNDS_PER_PERSON": "10000",
}
_CHANNELS = ("C0HARBOURFILM", "C0NIGHTFERRY", "C0QUIETCAMP")
_VOTERS, _RECALLS, _HOMES = 10, 5, 3
_CONCURRENT_ROUNDS = 4
_TIMEOUT = 150.0
_SETTLE_SECONDS = 5.0


@dataclass(frozen=True)
class ResourceUsage:
    """Resources of the process."""

    megabytes: float
    files: int
    threads: int

    @classmethod
    def measure(cls, process: Process) -> "ResourceUsage":
        return cls(megabytes(process), open_files(process), threads(process))


@dataclass(frozen=True)
class SoakResult:
    """What happened, and the resources after the first rounds, in the middle and at the end."""

    rounds: int
    seconds: float
    votes: int
    reminders: int
    recalls: int
    homes: int
    open_rounds: int
    resource_usage: tuple[ResourceUsage, ResourceUsage, ResourceUsage]

    @property
    def megabytes_per_round(self) -> float:
        """Megabytes per round in the second half, when every cache is filled."""
        return (self.resource_usage[2].megabytes - self.resource_usage[1].megabytes) / max(
            1, self.rounds - self.rounds // 2
        )


async def measure(data: Path, run_size: RunSize) -> Section:
    result = await run_soak(data, run_size.pick(1, 20), run_size.pick(0, 4))
    return Section("A busy day, compressed", _rows(result), _NOTES)


async def run_soak(data: Path, rounds: int, warmup_rounds: int) -> SoakResult:
    """Run `rounds` rounds after a few warm-up rounds."""
    await asyncio.to_thread(data.mkdir, parents=True)
    workspace = await WorkspaceProcess.start(data, 0, _SPEED)
    try:
        variables = bot_environment(data, await workspace.environment(), **_BUDGET)
        bot = await start_bot(variables, data / "bot.log")
        try:
            async with ControlClient(workspace.address) as control_client:
                await control_client.wait_until_connected(bot)
                await control_client.post("slack/rates", {"enabled": False})
                team = SoakTeam(control_client, data / "bot" / "castroom.sqlite")
                await team.create_people()
                return await _run_day(team, bot, rounds, warmup_rounds)
        finally:
            await stop(bot)
    finally:
        await stop(workspace.process)


async def _run_day(team: "SoakTeam", bot: Process, rounds: int, warmup_rounds: int) -> SoakResult:
    resource_usage, start = [], time.monotonic()
    await team.play_rounds(warmup_rounds)
    team.votes = team.reminders = team.recalls = team.homes = 0
    for round_count in (0, rounds // 2, rounds - rounds // 2):
        await team.play_rounds(round_count)
        await asyncio.sleep(_SETTLE_SECONDS)
        resource_usage.append(ResourceUsage.measure(bot))
    return SoakResult(
        rounds,
        time.monotonic() - start,
        team.votes,
        team.reminders,
        team.recalls,
        team.homes,
        team.count_open_rounds(),
        (resource_usage[0], resource_usage[1], resource_usage[2]),
    )


class SoakTeam:
    """Ten people who cast several characters at a time."""

    def __init__(self, control_client: ControlClient, database: Path) -> None:
        self._control_client = control_client
        self._database = database
        self._people: list[str] = []
        self._numbers = count(1)
        self.votes = self.reminders = self.recalls = self.homes = 0

    async def create_people(self) -> None:
        for number in range(_VOTERS):
            person = {"name": f"crew-{number}", "real_name": f"Crew {number}", "channels": _CHANNELS}
            self._people.append((await self._control_client.post("people", person))["person"]["id"])

    async def play_rounds(self, rounds: int) -> None:
        """Cast this many characters from brief to lock and recall."""
        remaining = iter(range(rounds))
        async with asyncio.TaskGroup() as group:
            for worker in range(_CONCURRENT_ROUNDS):
                group.create_task(self._play_in_sequence(remaining, _CHANNELS[worker % len(_CHANNELS)]))

    def count_open_rounds(self) -> int:
        with closing(sqlite3.connect(self._database)) as database:
            found = database.execute("SELECT count(*) FROM rounds WHERE state NOT IN ('locked', 'void')")
            return int(found.fetchone()[0])

    async def _play_in_sequence(self, remaining: Iterator[int], channel: str) -> None:
        for _ in remaining:
            await self._play_round(f"Role {next(self._numbers)}", channel)

    async def _play_round(self, name: str, channel: str) -> None:
        await self._control_client.command(LEAD, channel, f"{name}: weathered harbour hand, 60 --for 2h")
        message = await self._control_client.wait_for(
            lambda: self._find_message(name, channel, "vote:2"), "a ballot", _TIMEOUT
        )
        ts, round_id = message["ts"], message["metadata"]["event_payload"]["round"]
        await self._vote(channel, ts)
        await self._make_due("remind_at", round_id)
        await self._control_client.wait_for(lambda: self._is_reminded(channel, ts), "the reminder", _TIMEOUT)
        await self._make_due("closes_at", round_id)
        await self._control_client.wait_for(lambda: self._find_message(name, channel, "refine"), "the close", _TIMEOUT)
        await self._control_client.click(LEAD, channel, ts, "lock")
        await self._control_client.wait_for(lambda: self._find_message(name, channel, "facts"), "the record", _TIMEOUT)
        await self._recall_and_browse(name, channel)

    async def _vote(self, channel: str, ts: str) -> None:
        """Everyone votes for the first candidate, by button or by reaction, and some for the second as well."""
        for index, person in enumerate(self._people):
            if index % 2:
                await self._control_client.react(person, channel, ts, "one")
            else:
                await self._control_client.click(person, channel, ts, "vote:1")
            if index % 3 == 0:
                await self._control_client.click(person, channel, ts, "vote:2")
                self.votes += 1
            self.votes += 1

    async def _recall_and_browse(self, name: str, channel: str) -> None:
        for person in self._people[:_RECALLS]:
            await self._control_client.command(person, channel, name)
            self.recalls += 1
        for person in self._people[:_HOMES]:
            await self._control_client.post(f"people/{person}/home", {"tab": "home"})
            self.homes += 1
        await self._control_client.command(LEAD, channel, "list")
        await self._control_client.command(LEAD, channel, "spend")

    async def _is_reminded(self, channel: str, ts: str) -> bool:
        await asyncio.sleep(0.3)
        found = any("have not voted yet" in text_of(reply) for reply in await self._control_client.thread(channel, ts))
        self.reminders += found
        return found

    async def _make_due(self, column: str, round_id: str) -> None:
        await asyncio.to_thread(self._set_column, column, round_id, int(time.time() * 1_000_000))

    def _set_column(self, column: str, round_id: str, now: int) -> None:
        with closing(sqlite3.connect(self._database, timeout=30, isolation_level=None)) as database:
            database.execute(f"UPDATE rounds SET {column} = ? WHERE id = ?", (now, round_id))  # noqa: S608

    async def _find_message(self, name: str, channel: str, button: str) -> Json | None:
        await asyncio.sleep(0.3)
        for message in await self._control_client.messages(channel):
            if button in buttons_of(message) and re.search(rf"{name}\b", text_of(message)):
                return message
        return None


def _rows(result: SoakResult) -> tuple[Row, ...]:
    first, middle, last = result.resource_usage
    activity = (
        f"{result.votes} votes, {result.reminders} reminders, {result.recalls} recalls, {result.homes} homes opened"
    )
    return (
        Row(f"{result.rounds} rounds from brief to lock in {result.seconds:.0f} s", activity),
        Row("rounds left open", f"{result.open_rounds}", "0"),
        Row(
            "memory after warming up, in the middle, at the end",
            " MB, ".join(_format_megabytes(s) for s in result.resource_usage) + " MB",
        ),
        Row("of that, growth per round in the second half", f"{result.megabytes_per_round * 1000:.0f} KB"),
        Row("open files and sockets: start, middle, end", f"{first.files}, {middle.files}, {last.files}"),
        Row("threads: start, middle, end", f"{first.threads}, {middle.threads}, {last.threads}"),
    )


def _format_megabytes(usage: ResourceUsage) -> str:
    return f"{usage.megabytes:.0f}"


_NOTES = (
    f"{_VOTERS} people and a lead in three channels, {_CONCURRENT_ROUNDS} characters at once. Every round has a "
    f"reminder, is closed by its deadline and locked. Then {_RECALLS} people recall the face, {_HOMES} open their "
    "home, and the lead requests the list and the spend report. Caches fill at first; growth per round shows in the "
    "second half.",
)
