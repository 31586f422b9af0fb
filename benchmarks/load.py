"""Many rounds at once with many voters each: acks beside a bare listener's, the loop's lag, redraws, stale tallies."""

import asyncio
import os
import sqlite3
import time
from asyncio.subprocess import Process
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from statistics import median

from benchmarks import stale
from benchmarks.crowd import Cast, Crowd, Vote, one_each, tally_of
from benchmarks.hearers import BOT, LISTENER, cpu_seconds, lags
from benchmarks.section import Amount, Row, Section
from playground.door import Door, Json
from playground.processes import Workspace, bot_environment, start_bot, stop

_SPEED = 20.0
_BUDGET = {"MAX_USD_PER_ROUND": "100", "MAX_USD_PER_DAY": "10000", "MAX_USD_PER_PERSON_DAY": "10000"}
_MODELS = "--each 1 --models gpt-image-2,nano-banana"
_COUNTED, _SURGED = 1, 2  # the candidate everybody votes for, and the one pressed on while it is seen what is too much
_A_SECOND = 30.0
_SLACK_WAITS = 3000.0
_SHOWN = 200.0
_KEPT_PACE = 0.7  # of what was asked for; who falls further behind can send no faster


@dataclass(frozen=True)
class Heard:
    """What a process made of a stream of votes; `lag_ms` is its loop's worst, 5 where it was never later than that."""

    acks: Sequence[float]
    lag_ms: float
    cpu_ms: float


@dataclass(frozen=True)
class Load:
    """Everything measured; `stale` in seconds, `bearable` in votes a second, `too_much` where acks came late, if so."""

    rounds: int
    people: int
    counted: int
    bot: Heard
    presses: Sequence[float]
    bare: Heard
    commits: Sequence[float]
    redraws: Sequence[Json]
    stale: Sequence[float]
    bearable: float
    too_much: float | None


async def measure(data: Path, amount: Amount) -> Section:
    steps = (40.0, 80.0) if amount is Amount.QUICK else (50.0, 75.0, 100.0, 150.0, 200.0, 300.0)
    found = await load(data, amount.of(6, 50), amount.of(12, 30), steps, amount.of(1, 5))
    return Section(
        f"{found.rounds} rounds at once with {found.people} voters each", _rows(found), _notes(found), _short(found)
    )


async def load(data: Path, rounds: int, people: int, steps: Sequence[float] = (), step_seconds: float = 5) -> Load:
    """Open the rounds, let everybody vote once in each, and let a bare listener hear a third of the same again.

    At the end, while the last tallies are drawn, `steps` of ever more presses a second show what is too much.
    """
    await asyncio.to_thread(data.mkdir, parents=True)
    workspace = await Workspace.start(data, 0, _SPEED)
    # Slack and the voters are elsewhere in earnest; here they must not take the core the bot runs on.
    os.setpriority(os.PRIO_PROCESS, workspace.process.pid, os.getpriority(os.PRIO_PROCESS, 0) + 5)
    try:
        async with Door(workspace.address) as door:
            variables = bot_environment(data, await workspace.environment(), **_BUDGET)
            return await _measured(data, door, variables, Crowd(door), rounds, people, steps, step_seconds)
    finally:
        await stop(workspace.process)


async def _measured(
    data: Path,
    door: Door,
    variables: dict[str, str],
    crowd: Crowd,
    rounds: int,
    people: int,
    steps: Sequence[float],
    step_seconds: float,
) -> Load:
    bot = await start_bot(variables, data / "bot.log", BOT)
    try:
        await door.connected(bot)
        # So many rounds that start together are more than a minute's worth of a method; people vote under the limits.
        await door.post("slack/rates", {"enabled": False})
        await crowd.gather(people, rounds)
        await crowd.open(rounds, _MODELS)
        await door.post("slack/rates", {"enabled": True})
        votes = [replace(vote, number=_COUNTED) for vote in one_each(crowd.ballots, crowd.people)]
        began = time.time()
        cast, heard = await _heard(crowd, votes, bot, data / "bot.log")
        bearable, too_much = await _surge(crowd, steps, step_seconds)
        await door.until(lambda: _all_shown(crowd, len(votes)), "every vote to be shown", _SHOWN)
        calls = await stale.redraws(door, began)
        counted = sum([tally_of(message)[_COUNTED] for message in (await crowd.messages()).values()])
    finally:
        await stop(bot)
    bare, commits = await _bare(data, door, variables, crowd, [replace(v, off=True) for v in votes[::3]])
    presses = [c.ack_ms or _SLACK_WAITS for c in cast if c.vote.by_press]
    shown = stale.staleness(cast, calls)
    return Load(rounds, people, counted, heard, presses, bare, commits, calls, shown, bearable, too_much)


async def _heard(crowd: Crowd, votes: Sequence[Vote], process: Process, log: Path) -> tuple[list[Cast], Heard]:
    since, spent = time.time(), cpu_seconds(process)
    cast = await crowd.cast(votes, _A_SECOND)
    spent = cpu_seconds(process) - spent
    worst = max(lags(log, since, time.time()), default=5.0)
    return cast, Heard([c.ack_ms or _SLACK_WAITS for c in cast], worst, spent * 1000 / len(votes))


async def _bare(
    data: Path, door: Door, variables: dict[str, str], crowd: Crowd, votes: Sequence[Vote]
) -> tuple[Heard, list[float]]:
    """A bare listener hears the votes; meanwhile something is committed to the same disk, once for each of them."""
    listener = await start_bot(variables, data / "bare.log", LISTENER)
    try:
        await door.connected(listener)
        committing = asyncio.create_task(asyncio.to_thread(_commits, data, len(votes), 1 / _A_SECOND))
        _, heard = await _heard(crowd, votes, listener, data / "bare.log")
        return heard, await committing
    finally:
        await stop(listener)


def _commits(data: Path, times: int, rest: float) -> list[float]:
    """How long commits to the disk take that nobody else writes a database on, in milliseconds."""
    taken = []
    with closing(sqlite3.connect(data / "probe.sqlite", isolation_level=None)) as probe:
        probe.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE marks (mark)")
        for n in range(times):
            start = time.perf_counter()
            probe.execute("INSERT INTO marks VALUES (?)", (n,))
            taken.append((time.perf_counter() - start) * 1000)
            time.sleep(rest)
    return taken


async def _surge(crowd: Crowd, steps: Sequence[float], seconds: float) -> tuple[float, float | None]:
    """Presses a second that were all acknowledged in time, and the pace at which the first was late, if any was."""
    bearable = 0.0
    for pace in steps:
        ballots, people = crowd.ballots, crowd.people
        presses = [
            Vote(ballots[n % len(ballots)], people[n // len(ballots) % len(people)], _SURGED, by_press=True)
            for n in range(round(pace * seconds))
        ]
        start = time.monotonic()
        cast = await crowd.cast(presses, pace)
        if any(c.ack_ms is None for c in cast):
            return bearable, pace
        delivered = len(cast) / (time.monotonic() - start)
        bearable = max(bearable, delivered)
        if delivered < pace * _KEPT_PACE:
            break
    return bearable, None


async def _all_shown(crowd: Crowd, votes: int) -> bool:
    await asyncio.sleep(1)
    return sum([tally_of(message)[_COUNTED] for message in (await crowd.messages()).values()]) == votes


def share(values: Sequence[float], part: float) -> float:
    """The value that `part` of the values do not pass."""
    return sorted(values)[max(0, ceil(part * len(values)) - 1)]


def _rows(found: Load) -> tuple[Row, ...]:
    votes = found.rounds * found.people
    per_minute = stale.most_in_a_minute(found.redraws)
    borne = f"{found.bearable:.0f}"
    if found.too_much:
        ceiling = f"{borne} a second; the first ack over 3 s at {found.too_much:.0f} a second"
    else:
        ceiling = f"{borne} a second, none late; the practice workspace delivered no more"
    return (
        Row(f"votes counted, of {votes} at {_A_SECOND:.0f} a second", f"{found.counted}", f"{votes}"),
        Row("ack: p50, p99, worst", _three(found.bot.acks), "p99 under 100 ms, worst under 1 s"),
        Row("ack of a press alone, which is saved first: p50, p99, worst", _three(found.presses)),
        Row("ack of a bare Bolt listener: p50, p99, worst", _three(found.bare.acks)),
        Row("a commit to this disk alone, at the same pace: p50, p99, worst", _three(found.commits)),
        Row("the event loop's worst lag", f"{found.bot.lag_ms:.0f} ms", "under 50 ms"),
        Row("worst lag of the bare listener", f"{found.bare.lag_ms:.0f} ms"),
        Row("processor time a vote: bot, bare listener", f"{found.bot.cpu_ms:.1f} ms, {found.bare.cpu_ms:.1f} ms"),
        Row("most chat.update in a minute", f"{per_minute}", "at most 45"),
        Row("of these turned away by Slack", f"{stale.turned_away(found.redraws)}", "0"),
        Row("from a vote to the message that shows it: p50, worst", _two(found.stale)),
        Row("presses saved before their ack, up to the first late one", ceiling),
    )


def _short(found: Load) -> tuple[Row, ...]:
    what = f"{found.rounds} rounds at once, {found.people} voters each"
    goal = "p99 under 100 ms, worst under 1 s"
    return (
        Row(f"{what}: votes counted", f"{found.counted}", f"{found.rounds * found.people}"),
        Row("… ack: p50, p99, worst", _three(found.bot.acks), goal),
        Row("… the same of a bare Bolt listener", _three(found.bare.acks)),
        Row("… the event loop's worst lag", f"{found.bot.lag_ms:.0f} ms", "under 50 ms"),
    )


def _notes(found: Load) -> tuple[str, ...]:
    floor = found.rounds / 40 * 60
    return (
        f"{found.people} people vote once in each of {found.rounds} rounds, in no order, half by press and half by "
        "reaction. Bot, practice workspace and voters share the machine; the bare listener hears a third of the same "
        "events right after, and its figures are what the machine itself adds.",
        f"At 40 redraws of tallies a minute, {found.rounds} messages that all change take {floor:.0f} s to be drawn "
        "once, and the rounds had only just opened, which takes redraws too: no tally can be much younger at worst.",
    )


def _three(values: Sequence[float]) -> str:
    return f"{median(values):.1f} ms, {share(values, 0.99):.0f} ms, {max(values):.0f} ms"


def _two(values: Sequence[float]) -> str:
    return f"{median(values):.1f} s, {max(values):.1f} s"
