"""The votes of the part `load` on SQLite and on PostgreSQL with S3, and presses a second with one, two and four bots.

The bots have one core; the database, the bucket, the practice workspace and the voters have the other one.
"""

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness.cores import cpu_seconds_of_tree, separate_cores
from benchmarks.load import redraw_latency
from benchmarks.load.voting import (
    VOTES_PER_SECOND,
    Load,
    RateResult,
    VotingResult,
    format_ms,
    format_seconds,
    open_load,
)
from benchmarks.report import Row, RunSize, Section
from tests.support.postgres_server import PostgresServer, postgres_server
from tests.support.s3_server import s3_server

_REPLICAS = (1, 2, 4)
_REST_SECONDS, _MAX_RESTS, _IDLE_SHARE = 3.0, 40, 0.25


@dataclass(frozen=True)
class Consumption:
    """CPU milliseconds a press of all bots, of the database, and of the practice workspace and its voters."""

    bots: float
    database: float
    workspace: float


@dataclass(frozen=True)
class ReplicaRate:
    """The highest rate of presses with this number of bots, and what each press took at all rates."""

    replicas: int
    rate: RateResult
    consumption: Consumption


async def measure(data: Path, run_size: RunSize) -> Section:
    rounds, people = run_size.pick(6, 50), run_size.pick(12, 30)
    steps = (40.0, 80.0) if run_size is RunSize.QUICK else (50.0, 75.0, 100.0, 125.0, 150.0, 200.0, 300.0)
    seconds = run_size.pick(2, 5)
    load_before = os.getloadavg()[0]
    with separate_cores() as bot_cores:
        sqlite = await _vote_on_sqlite(data / "sqlite", bot_cores, rounds, people)
        postgres, rates = await _vote_on_postgres(data / "postgres", bot_cores, rounds, people, steps, seconds)
    votes = rounds * people
    return Section(
        "Load on PostgreSQL",
        (
            *_voting_rows("PostgreSQL and S3: votes counted", postgres, votes),
            *_voting_rows("SQLite and a folder, in the same run: votes counted", sqlite, votes),
            *(row for rate in rates for row in _rate_rows(rate)),
        ),
        _notes(rounds, people, load_before),
        (
            Row(
                f"PostgreSQL and S3: {rounds} rounds at once, {people} voters each: votes",
                f"{postgres.votes_counted}",
                f"{votes}",
            ),
            Row("… ack: p50, p99, worst", format_ms(postgres.stream.acks), "p99 under 100 ms"),
            Row("… the same on SQLite", format_ms(sqlite.stream.acks)),
        ),
    )


async def _vote_on_sqlite(data: Path, cores: set[int], rounds: int, people: int) -> VotingResult:
    async with open_load(data) as load:
        load.bot_cores = cores
        async with load.bot() as bot:
            await load.open_rounds(rounds, people)
            return await load.vote(bot, data / "bot.log")


async def _vote_on_postgres(
    data: Path, cores: set[int], rounds: int, people: int, steps: Sequence[float], seconds: float
) -> tuple[VotingResult, list[ReplicaRate]]:
    """Vote with one bot; then press ever faster with more and more bots."""
    server = await asyncio.to_thread(postgres_server)
    rates = []
    async with open_load(data, **await _storage_variables(server)) as load, AsyncExitStack() as bots:
        load.bot_cores = cores
        pids: list[int] = []
        bot = await bots.enter_async_context(load.bot("bot-1", EXECUTOR_ID="bot-1"))
        pids.append(bot.pid)
        await load.open_rounds(rounds, people)
        voting = await load.vote(bot, data / "bot-1.log")
        for replicas in _REPLICAS:
            while len(pids) < replicas:
                name = f"bot-{len(pids) + 1}"
                pids.append((await bots.enter_async_context(load.bot(name, EXECUTOR_ID=name))).pid)
            rates.append(await _find_rate(load, server, pids, steps, seconds))
    return voting, rates


async def _find_rate(
    load: Load, server: PostgresServer, bots: Sequence[int], steps: Sequence[float], seconds: float
) -> ReplicaRate:
    def used() -> tuple[float, float, float]:
        voters = time.process_time()
        workspace = cpu_seconds_of_tree(load.workspace.process.pid)
        return sum(map(cpu_seconds_of_tree, bots)), cpu_seconds_of_tree(server.pid), workspace + voters

    await _wait_until_idle(bots)
    before = used()
    rate = await load.find_max_rate(steps, seconds)
    spent = [(after - earlier) * 1_000 / rate.presses for earlier, after in zip(before, used(), strict=True)]
    return ReplicaRate(len(bots), rate, Consumption(*spent))


async def _wait_until_idle(bots: Sequence[int]) -> None:
    """Wait until the bots use little of their core: a new bot has started, late presses are done.

    Else the first presses of the next rate would wait behind them.
    """
    for _ in range(_MAX_RESTS):
        before = sum(map(cpu_seconds_of_tree, bots))
        await asyncio.sleep(_REST_SECONDS)
        if sum(map(cpu_seconds_of_tree, bots)) - before < _IDLE_SHARE * _REST_SECONDS:
            return


async def _storage_variables(server: PostgresServer) -> Mapping[str, str]:
    bucket_server = await asyncio.to_thread(s3_server)
    return {
        "DATABASE_URL": server.url(server.create_database()),
        "ENGINE_URL": server.url(server.create_database(), "postgresql"),
        "PORTRAITS_URL": f"s3://{bucket_server.create_bucket()}/portraits",
        **bucket_server.variables,
    }


def _voting_rows(label: str, result: VotingResult, votes: int) -> tuple[Row, ...]:
    return (
        Row(f"{label} of {votes} at {VOTES_PER_SECOND:.0f} a second", f"{result.votes_counted}", f"{votes}"),
        Row("… ack: p50, p99, worst", format_ms(result.stream.acks), "p99 under 100 ms"),
        Row("… ack of a button press, which is saved first: p50, p99, worst", format_ms(result.press_acks)),
        Row("… the event loop's worst lag", f"{result.stream.lag_ms:.0f} ms", "under 50 ms"),
        Row("… CPU time of the bot a vote", f"{result.stream.cpu_ms:.1f} ms"),
        Row("… most chat.update in a minute", f"{redraw_latency.max_per_minute(result.redraws)}", "at most 45"),
        Row("… from a vote to the message that shows it: p50, worst", format_seconds(result.redraw_latencies)),
    )


def _rate_rows(result: ReplicaRate) -> tuple[Row, ...]:
    bots = "1 bot" if result.replicas == 1 else f"{result.replicas} bots"
    rate, consumption = result.rate, result.consumption
    end = f"first one late or refused at {rate.overload_rate:.0f}" if rate.overload_rate else "none late or refused"
    return (
        Row(f"{bots} on PostgreSQL: presses saved before their ack", f"{rate.max_rate:.0f} a second, {end}"),
        Row(
            "… CPU time a press: bots, database, Slack with the voters",
            f"{consumption.bots:.1f} ms, {consumption.database:.1f} ms, {consumption.workspace:.1f} ms",
        ),
    )


def _notes(rounds: int, people: int, load_before: float) -> tuple[str, ...]:
    return (
        f"{people} people vote once in each of {rounds} rounds, as in the part `load`. All bots share one core; the "
        "database, the bucket, the practice workspace and the voters share the other one. The database does not wait "
        "for the disk, as in the tests; SQLite does.",
        f"Before the run the machine's load average was {load_before:.1f}, from other work on its cores; the benchmark "
        f"ran at nice {os.getpriority(os.PRIO_PROCESS, 0)}. Compare the figures within this run only.",
        "Two cores limit this: more bots get no more processor time here, but each adds its own work in the "
        "background, so the figures do not show how far more bots grow on cores of their own. The CPU times say "
        "which core is full first: a core has 1,000 ms a second.",
    )
