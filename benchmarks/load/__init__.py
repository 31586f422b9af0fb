"""Many concurrent rounds with many voters: acks compared with a bare listener, loop lag, redraws, stale tallies."""

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

from benchmarks.harness.process_probes import BARE_LISTENER_SCRIPT, BOT_SCRIPT, cpu_seconds, loop_lags
from benchmarks.harness.voters import Vote, VoteResult, VoterPool, one_vote_each, tally_of
from benchmarks.load import redraw_latency
from benchmarks.report import Row, RunSize, Section
from playground.control.client import ControlClient, Json
from playground.processes import WorkspaceProcess, bot_environment, start_bot, stop

_SPEED = 20.0
_BUDGET = {
    "MAX_USD_PER_ROUND": "100",
    "MAX_USD_PER_DAY": "10000",
    "MAX_USD_PER_PERSON_DAY": "10000",
    "MAX_OPEN_ROUNDS_PER_PERSON": "10000",
}
_MODELS = "--each 1 --models gpt-image-2,nano-banana"
_VOTED_CANDIDATE = 1
_SURGE_CANDIDATE = 2  # for the overload test
_VOTES_PER_SECOND = 30.0
_ACK_TIMEOUT_MS = 3000.0
_REDRAW_TIMEOUT = 200.0
_MIN_PACE_RATIO = 0.7  # of the requested rate; a sender that falls further behind cannot send faster


@dataclass(frozen=True)
class StreamResult:
    """A process under a stream of votes; `lag_ms` is its loop's worst lag, at least 5."""

    acks: Sequence[float]
    lag_ms: float
    cpu_ms: float


@dataclass(frozen=True)
class LoadResult:
    """All results; `redraw_latencies` in seconds, rates in votes a second (`overload_rate`: acks were late)."""

    rounds: int
    people: int
    votes_counted: int
    bot: StreamResult
    press_acks: Sequence[float]
    bare: StreamResult
    commit_ms: Sequence[float]
    redraws: Sequence[Json]
    redraw_latencies: Sequence[float]
    max_rate: float
    overload_rate: float | None


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

    At the end, `steps` of ever more presses a second find the highest rate.
    """
    await asyncio.to_thread(data.mkdir, parents=True)
    workspace = await WorkspaceProcess.start(data, 0, _SPEED)
    # In production Slack and the voters run elsewhere; here they must not use the bot's core.
    os.setpriority(os.PRIO_PROCESS, workspace.process.pid, os.getpriority(os.PRIO_PROCESS, 0) + 5)
    try:
        async with ControlClient(workspace.address) as control_client:
            variables = bot_environment(data, await workspace.environment(), **_BUDGET)
            return await _run_voting(
                data, control_client, variables, VoterPool(control_client), rounds, people, steps, step_seconds
            )
    finally:
        await stop(workspace.process)


async def _run_voting(
    data: Path,
    control_client: ControlClient,
    variables: dict[str, str],
    voter_pool: VoterPool,
    rounds: int,
    people: int,
    steps: Sequence[float],
    step_seconds: float,
) -> LoadResult:
    bot = await start_bot(variables, data / "bot.log", BOT_SCRIPT)
    try:
        await control_client.wait_until_connected(bot)
        # Opening so many rounds at once exceeds Slack's limit of a minute; the votes stay under the limits.
        await control_client.post("slack/rates", {"enabled": False})
        await voter_pool.create_voters(people, rounds)
        await voter_pool.open_rounds(rounds, _MODELS)
        await control_client.post("slack/rates", {"enabled": True})
        votes = [
            replace(vote, number=_VOTED_CANDIDATE) for vote in one_vote_each(voter_pool.ballots, voter_pool.people)
        ]
        started_at = time.time()
        results, bot_result = await _send_measured(voter_pool, votes, bot, data / "bot.log")
        max_rate, overload_rate = await _find_max_rate(voter_pool, steps, step_seconds)
        await control_client.wait_for(
            lambda: _are_all_shown(voter_pool, len(votes)), "every vote to be shown", _REDRAW_TIMEOUT
        )
        calls = await redraw_latency.list_redraws(control_client, started_at)
        votes_counted = sum(
            [tally_of(message)[_VOTED_CANDIDATE] for message in (await voter_pool.round_messages()).values()]
        )
    finally:
        await stop(bot)
    bare_result, commit_ms = await _run_bare_listener(
        data, control_client, variables, voter_pool, [replace(v, is_removal=True) for v in votes[::3]]
    )
    press_acks = [c.ack_ms or _ACK_TIMEOUT_MS for c in results if c.vote.is_press]
    latencies = redraw_latency.redraw_latencies(results, calls)
    return LoadResult(
        rounds,
        people,
        votes_counted,
        bot_result,
        press_acks,
        bare_result,
        commit_ms,
        calls,
        latencies,
        max_rate,
        overload_rate,
    )


async def _send_measured(
    voter_pool: VoterPool, votes: Sequence[Vote], process: Process, log: Path
) -> tuple[list[VoteResult], StreamResult]:
    since, cpu = time.time(), cpu_seconds(process)
    results = await voter_pool.send_votes(votes, _VOTES_PER_SECOND)
    cpu = cpu_seconds(process) - cpu
    worst_lag = max(loop_lags(log, since, time.time()), default=5.0)
    return results, StreamResult([c.ack_ms or _ACK_TIMEOUT_MS for c in results], worst_lag, cpu * 1000 / len(votes))


async def _run_bare_listener(
    data: Path, control_client: ControlClient, variables: dict[str, str], voter_pool: VoterPool, votes: Sequence[Vote]
) -> tuple[StreamResult, list[float]]:
    """Send votes to a bare listener, with one commit to the same disk for each."""
    listener = await start_bot(variables, data / "bare.log", BARE_LISTENER_SCRIPT)
    try:
        await control_client.wait_until_connected(listener)
        commit_task = asyncio.create_task(asyncio.to_thread(_time_commits, data, len(votes), 1 / _VOTES_PER_SECOND))
        _, result = await _send_measured(voter_pool, votes, listener, data / "bare.log")
        return result, await commit_task
    finally:
        await stop(listener)


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


async def _find_max_rate(voter_pool: VoterPool, steps: Sequence[float], seconds: float) -> tuple[float, float | None]:
    """Return the highest rate of presses a second with all acks in time, and the first rate with a late ack."""
    max_rate = 0.0
    for pace in steps:
        ballots, people = voter_pool.ballots, voter_pool.people
        presses = [
            Vote(ballots[n % len(ballots)], people[n // len(ballots) % len(people)], _SURGE_CANDIDATE, is_press=True)
            for n in range(round(pace * seconds))
        ]
        start = time.monotonic()
        results = await voter_pool.send_votes(presses, pace)
        if any(c.ack_ms is None for c in results):
            return max_rate, pace
        delivered = len(results) / (time.monotonic() - start)
        max_rate = max(max_rate, delivered)
        if delivered < pace * _MIN_PACE_RATIO:
            break
    return max_rate, None


async def _are_all_shown(voter_pool: VoterPool, votes: int) -> bool:
    await asyncio.sleep(1)
    return (
        sum([tally_of(message)[_VOTED_CANDIDATE] for message in (await voter_pool.round_messages()).values()]) == votes
    )


def percentile(values: Sequence[float], fraction: float) -> float:
    """Return the value that this fraction of the values does not exceed."""
    return sorted(values)[max(0, ceil(fraction * len(values)) - 1)]


def _rows(result: LoadResult) -> tuple[Row, ...]:
    votes = result.rounds * result.people
    per_minute = redraw_latency.max_per_minute(result.redraws)
    max_rate = f"{result.max_rate:.0f}"
    if result.overload_rate:
        ceiling = f"{max_rate} a second; the first ack over 3 s at {result.overload_rate:.0f} a second"
    else:
        ceiling = f"{max_rate} a second, none late; the practice workspace delivered no more"
    return (
        Row(f"votes counted, of {votes} at {_VOTES_PER_SECOND:.0f} a second", f"{result.votes_counted}", f"{votes}"),
        Row("ack: p50, p99, worst", _format_ms(result.bot.acks), "p99 under 100 ms, worst under 1 s"),
        Row("ack of a button press, which is saved first: p50, p99, worst", _format_ms(result.press_acks)),
        Row("ack of a bare Bolt listener: p50, p99, worst", _format_ms(result.bare.acks)),
        Row("a commit to this disk, at the same rate: p50, p99, worst", _format_ms(result.commit_ms)),
        Row("the event loop's worst lag", f"{result.bot.lag_ms:.0f} ms", "under 50 ms"),
        Row("worst lag of the bare listener", f"{result.bare.lag_ms:.0f} ms"),
        Row("CPU time a vote: bot, bare listener", f"{result.bot.cpu_ms:.1f} ms, {result.bare.cpu_ms:.1f} ms"),
        Row("most chat.update in a minute", f"{per_minute}", "at most 45"),
        Row("of these rate limited by Slack", f"{redraw_latency.count_rate_limited(result.redraws)}", "0"),
        Row("from a vote to the message that shows it: p50, worst", _format_seconds(result.redraw_latencies)),
        Row("presses saved before their ack, up to the first late ack", ceiling),
    )


def _summary_rows(result: LoadResult) -> tuple[Row, ...]:
    label = f"{result.rounds} rounds at once, {result.people} voters each"
    goal = "p99 under 100 ms, worst under 1 s"
    return (
        Row(f"{label}: votes counted", f"{result.votes_counted}", f"{result.rounds * result.people}"),
        Row("… ack: p50, p99, worst", _format_ms(result.bot.acks), goal),
        Row("… the same of a bare Bolt listener", _format_ms(result.bare.acks)),
        Row("… the event loop's worst lag", f"{result.bot.lag_ms:.0f} ms", "under 50 ms"),
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


def _format_ms(values: Sequence[float]) -> str:
    return f"{median(values):.1f} ms, {percentile(values, 0.99):.0f} ms, {max(values):.0f} ms"


def _format_seconds(values: Sequence[float]) -> str:
    return f"{median(values):.1f} s, {max(values):.1f} s"
