"""Many concurrent rounds with many voters: acks compared with a bare listener, loop lag, redraws, stale tallies."""

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.harness.process_probes import BARE_LISTENER_SCRIPT
from benchmarks.harness.voters import Vote
from benchmarks.load import redraw_latency
from benchmarks.load.voting import (
    VOTES_PER_SECOND,
    Load,
    RateResult,
    StreamResult,
    VotingResult,
    format_ms,
    format_seconds,
    open_load,
)
from benchmarks.report import Row, RunSize, Section


@dataclass(frozen=True)
class LoadResult:
    """All results."""

    rounds: int
    people: int
    voting: VotingResult
    bare: StreamResult
    commit_ms: Sequence[float]
    rate: RateResult


async def measure(data: Path, run_size: RunSize) -> Section:
    steps = (40.0, 80.0) if run_size is RunSize.QUICK else (50.0, 75.0, 100.0, 150.0, 200.0, 300.0)
    result = await run_load(data, run_size.pick(6, 50), run_size.pick(12, 30), steps, run_size.pick(1, 5))
    return Section(
        f"{result.rounds} rounds at once with {result.people} voters each",
        _rows(result),
        _notes(result),
        _summary_rows(result),
    )


async def run_load(
    data: Path, rounds: int, people: int, steps: Sequence[float] = (), step_seconds: float = 5
) -> LoadResult:
    """Open the rounds, send every vote, and send a third of them again to a bare listener.

    At the end of the votes, `steps` of ever more presses a second find the highest rate.
    """
    async with open_load(data) as load:
        async with load.bot() as bot:
            await load.open_rounds(rounds, people)
            voting = await load.vote(bot, data / "bot.log")
            rate = await load.find_max_rate(steps, step_seconds)
        bare, commit_ms = await _run_bare_listener(load, [replace(v, is_removal=True) for v in load.votes()[::3]])
    return LoadResult(rounds, people, voting, bare, commit_ms, rate)


async def _run_bare_listener(load: Load, votes: Sequence[Vote]) -> tuple[StreamResult, list[float]]:
    """Send votes to a bare listener, with one commit to the same disk for each."""
    async with load.bot("bare", BARE_LISTENER_SCRIPT) as listener:
        commit_task = asyncio.create_task(asyncio.to_thread(_time_commits, load.data, len(votes), 1 / VOTES_PER_SECOND))
        _, result = await load.send_measured(votes, listener, load.data / "bare.log")
        return result, await commit_task


def _time_commits(data: Path, times: int, pause: float) -> list[float]:
    """Time commits in milliseconds on a disk that no other database uses."""
    durations = []
    with closing(sqlite3.connect(data / "probe.sqlite", isolation_level=None)) as probe:
        probe.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE probe (n)")
        for n in range(times):
            start = time.perf_counter()
            probe.execute("INSERT INTO probe VALUES (?)", (n,))
            durations.append((time.perf_counter() - start) * 1000)
            time.sleep(pause)
    return durations


def _rows(result: LoadResult) -> tuple[Row, ...]:
    votes = result.rounds * result.people
    per_minute = redraw_latency.max_per_minute(result.voting.redraws)
    max_rate = f"{result.rate.max_rate:.0f}"
    if result.rate.overload_rate:
        ceiling = f"{max_rate} a second; the first late or refused at {result.rate.overload_rate:.0f} a second"
    else:
        ceiling = f"{max_rate} a second, none late or refused; the practice workspace delivered no more"
    return (
        Row(
            f"votes counted, of {votes} at {VOTES_PER_SECOND:.0f} a second",
            f"{result.voting.votes_counted}",
            f"{votes}",
        ),
        Row("ack: p50, p99, worst", format_ms(result.voting.stream.acks), "p99 under 100 ms, worst under 1 s"),
        Row("ack of a button press, which is saved first: p50, p99, worst", format_ms(result.voting.press_acks)),
        Row("ack of a bare Bolt listener: p50, p99, worst", format_ms(result.bare.acks)),
        Row("a commit to this disk, at the same rate: p50, p99, worst", format_ms(result.commit_ms)),
        Row("the event loop's worst lag", f"{result.voting.stream.lag_ms:.0f} ms", "under 50 ms"),
        Row("worst lag of the bare listener", f"{result.bare.lag_ms:.0f} ms"),
        Row(
            "CPU time a vote: bot, bare listener", f"{result.voting.stream.cpu_ms:.1f} ms, {result.bare.cpu_ms:.1f} ms"
        ),
        Row("most chat.update in a minute", f"{per_minute}", "at most 45"),
        Row("of these rate limited by Slack", f"{redraw_latency.count_rate_limited(result.voting.redraws)}", "0"),
        Row("from a vote to the message that shows it: p50, worst", format_seconds(result.voting.redraw_latencies)),
        Row("presses saved before their ack, up to the first one late or refused", ceiling),
    )


def _summary_rows(result: LoadResult) -> tuple[Row, ...]:
    label = f"{result.rounds} rounds at once, {result.people} voters each"
    goal = "p99 under 100 ms, worst under 1 s"
    return (
        Row(f"{label}: votes counted", f"{result.voting.votes_counted}", f"{result.rounds * result.people}"),
        Row("… ack: p50, p99, worst", format_ms(result.voting.stream.acks), goal),
        Row("… the same of a bare Bolt listener", format_ms(result.bare.acks)),
        Row("… the event loop's worst lag", f"{result.voting.stream.lag_ms:.0f} ms", "under 50 ms"),
    )


def _notes(result: LoadResult) -> tuple[str, ...]:
    min_seconds = result.rounds / 40 * 60
    return (
        f"{result.people} people vote once in each of {result.rounds} rounds, in random order, half by button and half "
        "by reaction. Bot, practice workspace and voters share the machine. The bare listener receives a third of the "
        "same events right after; its figures show what the machine itself adds.",
        f"At 40 tally redraws a minute, {result.rounds} messages that all change need {min_seconds:.0f} s for one "
        "redraw each, and the opening of the rounds used redraws as well. So no worst case can be much shorter.",
    )
