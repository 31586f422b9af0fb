"""A stream of votes in many rounds at once: acks, loop lag, processor time, redraws, and the highest rate."""

import asyncio
import os
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from statistics import median

from benchmarks.harness.cores import pin
from benchmarks.harness.process_probes import BOT_SCRIPT, count_refusals, cpu_seconds, loop_lags
from benchmarks.harness.voters import Vote, VoteResult, VoterPool, one_vote_each, tally_of
from benchmarks.load import redraw_latency
from playground.control.client import ControlClient, Json, WaitTimeout
from playground.processes import WorkspaceProcess, bot_environment, start_bot, stop

VOTES_PER_SECOND = 30.0
_SPEED = 20.0
_BUDGET = {
    "MAX_USD_PER_ROUND": "100",
    "MAX_USD_PER_DAY": "10000",
    "MAX_USD_PER_PERSON_DAY": "10000",
    "MAX_OPEN_ROUNDS_PER_PERSON": "10000",
}
_MODELS = "--each 1 --models gpt-image-2,nano-banana"
_OPENED_AT_ONCE = 10
_VOTED_CANDIDATE = 1
_SURGE_CANDIDATE = 2  # for the overload test
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
class VotingResult:
    """A vote of every person in every round; `redraw_latencies` in seconds."""

    votes_counted: int
    stream: StreamResult
    press_acks: Sequence[float]
    redraws: Sequence[Json]
    redraw_latencies: Sequence[float]


@dataclass(frozen=True)
class RateResult:
    """The highest rate of presses a second, all saved and acknowledged in time; the first rate with one that was not.

    `presses` is the number of all presses.
    """

    max_rate: float
    overload_rate: float | None
    presses: int


class Load:
    """The practice workspace, its voters and their rounds."""

    def __init__(
        self, data: Path, workspace: WorkspaceProcess, control_client: ControlClient, variables: dict[str, str]
    ) -> None:
        self.data = data
        self.workspace = workspace
        self.variables = variables
        self.control_client = control_client
        self.voter_pool = VoterPool(control_client)
        self.bot_cores: set[int] = set()
        """The cores that the bots may use; all, if empty."""
        self._bots = 0

    @asynccontextmanager
    async def bot(self, name: str = "bot", script: str = BOT_SCRIPT, **extra: str) -> AsyncIterator[Process]:
        """Run a bot, or another listener, until the block ends; wait until it is connected."""
        bot = await start_bot(self.variables | extra, self.data / f"{name}.log", script)
        if self.bot_cores:
            pin(bot.pid, self.bot_cores)
        self._bots += 1
        try:
            await self.control_client.wait_for(lambda: self._are_connected(bot), f"{name} to connect", 60)
            yield bot
        finally:
            await stop(bot)
            self._bots -= 1

    async def open_rounds(self, rounds: int, people: int) -> None:
        # Opening so many rounds in a row exceeds Slack's limit of a minute; the votes stay under the limits.
        await self.control_client.post("slack/rates", {"enabled": False})
        await self.voter_pool.create_voters(people, rounds)
        await self.voter_pool.open_rounds(rounds, _MODELS, _OPENED_AT_ONCE)
        await self.control_client.post("slack/rates", {"enabled": True})

    def votes(self) -> list[Vote]:
        """Return a vote of every person in every round, in random order."""
        votes = one_vote_each(self.voter_pool.ballots, self.voter_pool.people)
        return [replace(vote, number=_VOTED_CANDIDATE) for vote in votes]

    async def vote(self, bot: Process, log: Path) -> VotingResult:
        """Send every vote to the bot and wait until every message shows its own, at most some minutes."""
        votes, started_at = self.votes(), time.time()
        results, stream = await self.send_measured(votes, bot, log)
        with suppress(WaitTimeout):
            await self.wait_until_shown(len(votes))
        return await self._result(results, stream, started_at)

    async def send_measured(
        self, votes: Sequence[Vote], process: Process, log: Path
    ) -> tuple[list[VoteResult], StreamResult]:
        since, cpu = time.time(), cpu_seconds(process)
        results = await self.voter_pool.send_votes(votes, VOTES_PER_SECOND)
        cpu = cpu_seconds(process) - cpu
        worst_lag = max(loop_lags(log, since, time.time()), default=5.0)
        return results, StreamResult([c.ack_ms or _ACK_TIMEOUT_MS for c in results], worst_lag, cpu * 1000 / len(votes))

    async def find_max_rate(self, steps: Sequence[float], seconds: float) -> RateResult:
        """Press ever faster, until a press is late or refused or the practice workspace delivers no more."""
        max_rate, sent = 0.0, 0
        ballots, people = self.voter_pool.ballots, self.voter_pool.people
        for pace in steps:
            presses = [
                Vote(
                    ballots[n % len(ballots)], people[n // len(ballots) % len(people)], _SURGE_CANDIDATE, is_press=True
                )
                for n in range(round(pace * seconds))
            ]
            start, refused = time.monotonic(), self._count_refusals()
            results = await self.voter_pool.send_votes(presses, pace)
            sent += len(results)
            if any(c.ack_ms is None for c in results) or self._count_refusals() > refused:
                return RateResult(max_rate, pace, sent)
            delivered = len(results) / (time.monotonic() - start)
            max_rate = max(max_rate, delivered)
            if delivered < pace * _MIN_PACE_RATIO:
                break
        return RateResult(max_rate, None, sent)

    def _count_refusals(self) -> int:
        return sum(map(count_refusals, self.data.glob("*.log")))

    async def wait_until_shown(self, votes: int) -> None:
        async def are_all_shown() -> bool:
            await asyncio.sleep(1)
            return await self.count_shown() == votes

        await self.control_client.wait_for(are_all_shown, "every vote to be shown", _REDRAW_TIMEOUT)

    async def count_shown(self) -> int:
        messages = (await self.voter_pool.round_messages()).values()
        return sum([tally_of(message)[_VOTED_CANDIDATE] for message in messages])

    async def _result(self, results: Sequence[VoteResult], stream: StreamResult, since: float) -> VotingResult:
        calls = await redraw_latency.list_redraws(self.control_client, since)
        return VotingResult(
            await self.count_shown(),
            stream,
            [c.ack_ms or _ACK_TIMEOUT_MS for c in results if c.vote.is_press],
            calls,
            redraw_latency.redraw_latencies(results, calls),
        )

    async def _are_connected(self, bot: Process) -> bool:
        if bot.returncode is not None:
            raise RuntimeError(f"the bot ended with status {bot.returncode}")
        return int((await self.control_client.get("slack"))["sockets"]) == self._bots


@asynccontextmanager
async def open_load(data: Path, **extra: str) -> AsyncIterator[Load]:
    """Start the practice workspace; `extra` are further settings of the bots."""
    await asyncio.to_thread(data.mkdir, parents=True)
    workspace = await WorkspaceProcess.start(data, 0, _SPEED)
    # In production Slack and the voters run elsewhere; here they must not use the bot's core.
    os.setpriority(os.PRIO_PROCESS, workspace.process.pid, os.getpriority(os.PRIO_PROCESS, 0) + 5)
    try:
        async with ControlClient(workspace.address) as control_client:
            variables = bot_environment(data, await workspace.environment(), **_BUDGET, **extra)
            yield Load(data, workspace, control_client, variables)
    finally:
        await stop(workspace.process)


def percentile(values: Sequence[float], fraction: float) -> float:
    """Return the value that this fraction of the values does not exceed."""
    return sorted(values)[max(0, ceil(fraction * len(values)) - 1)]


def format_ms(values: Sequence[float]) -> str:
    return f"{median(values):.1f} ms, {percentile(values, 0.99):.0f} ms, {max(values):.0f} ms"


def format_seconds(values: Sequence[float]) -> str:
    return f"{median(values):.1f} s, {max(values):.1f} s"
