"""Voters in many concurrent rounds: opened rounds, a stream of votes, and the calls that Slack saw."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from random import Random

from playground.control.client import ControlClient, Json, WaitTimeout, buttons_of
from playground.scenarios.main_flow import LEAD

REACTIONS = ("one", "two", "three", "four", "five", "six", "seven", "eight")
_ROUNDS_PER_CHANNEL = 10
_TIMEOUT, _POST_TIMEOUT = 240.0, 20.0
_MAX_COMMANDS = 5


@dataclass(frozen=True)
class Ballot:
    """An open round: its message and its number of candidates."""

    name: str
    channel: str
    ts: str
    candidates: int


@dataclass(frozen=True)
class Vote:
    """One person's vote for a candidate, by reaction or button; `is_removal` takes the reaction off."""

    ballot: Ballot
    person: str
    number: int
    is_press: bool
    is_removal: bool = False


@dataclass(frozen=True)
class VoteResult:
    """A sent vote: its time (seconds since 1970) and its ack in milliseconds, None without an ack within 3 s."""

    vote: Vote
    sent_at: float
    ack_ms: float | None


class VoterPool:
    """People of the practice workspace and the rounds they vote in."""

    def __init__(self, control_client: ControlClient) -> None:
        self._control_client = control_client
        self._people: list[str] = []
        self._channels: list[str] = []
        self.ballots: list[Ballot] = []

    @property
    def people(self) -> Sequence[str]:
        return self._people

    async def create_voters(self, people: int, rounds: int) -> None:
        """Create voters, and channels for the rounds."""
        for number in range(-(-rounds // _ROUNDS_PER_CHANNEL)):
            channel = {"name": f"stage-{number + 1}", "members": [LEAD, "U0CASTROOM"]}
            self._channels.append((await self._control_client.post("channels", channel))["channel"]["id"])
        for number in range(people):
            person = {"name": f"voter-{number + 1}", "real_name": f"Voter {number + 1}", "channels": self._channels}
            self._people.append((await self._control_client.post("people", person))["person"]["id"])

    async def open_rounds(self, rounds: int, models: str, at_once: int = 1_000) -> list[float]:
        """Open the rounds, so many at once, and wait for their ballots; return the commands' acks in milliseconds."""
        acks: list[float] = []
        for first in range(0, rounds, at_once):
            numbers = range(first, min(first + at_once, rounds))
            acks += await self._cast(numbers, models)
            await self._cast_refused(numbers, models)
            self.ballots = await self._control_client.wait_for(
                partial(self._open_ballots, numbers.stop), "all ballots to open", _TIMEOUT
            )
        return acks

    async def _cast(self, numbers: Iterable[int], models: str) -> list[float]:
        commands = [
            self._control_client.command(
                LEAD,
                self._channels[number // _ROUNDS_PER_CHANNEL],
                f"{_character(number)}: weathered harbour hand, 60 {models}",
            )
            for number in numbers
        ]
        return [answer["ack_ms"] for answer in await asyncio.gather(*commands)]

    async def _cast_refused(self, numbers: Iterable[int], models: str) -> None:
        """Send the commands again that have no message, as a lead does who reads that Castroom could not store one."""
        for _ in range(_MAX_COMMANDS - 1):
            with suppress(WaitTimeout):
                await self._control_client.wait_for(partial(self._are_posted, numbers), "all messages", _POST_TIMEOUT)
                return
            await self._cast(await self._list_missing(numbers), models)

    async def _are_posted(self, numbers: Iterable[int]) -> bool:
        return not await self._list_missing(numbers)

    async def _list_missing(self, numbers: Iterable[int]) -> list[int]:
        texts = [f"{message.get('text', '')} " for message in (await self.round_messages()).values()]
        return [n for n in numbers if not any(f"{_character(n)} " in text for text in texts)]

    async def round_messages(self) -> dict[tuple[str, str], Json]:
        """Return the rounds' messages by channel and ts."""
        return {
            (channel, m["ts"]): m for channel in self._channels for m in await self._control_client.messages(channel)
        }

    async def send_votes(self, votes: Sequence[Vote], per_second: float) -> list[VoteResult]:
        """Send the votes in order and evenly spaced, without waiting for acks."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        tasks: list[asyncio.Task[VoteResult]] = []
        async with asyncio.TaskGroup() as group:
            for number, vote in enumerate(votes):
                await asyncio.sleep(start + number / per_second - loop.time())
                tasks.append(group.create_task(self._send_vote(vote)))
        return [move.result() for move in tasks]

    async def _send_vote(self, vote: Vote) -> VoteResult:
        sent_at = time.time()
        ballot = vote.ballot
        body = {"channel": ballot.channel, "ts": ballot.ts}
        if vote.is_press:
            result = await self._control_client.post(
                f"people/{vote.person}/click", {**body, "action_id": f"vote:{vote.number}"}
            )
        else:
            reaction = {"name": REACTIONS[vote.number - 1], "remove": vote.is_removal}
            result = await self._control_client.post(f"people/{vote.person}/react", body | reaction)
        return VoteResult(vote, sent_at, result["ack_ms"])

    async def _open_ballots(self, rounds: int) -> list[Ballot] | None:
        await asyncio.sleep(0.5)
        ballots = [
            Ballot(message["metadata"]["event_payload"]["round"], *where, len(tally))
            for where, message in (await self.round_messages()).items()
            if (tally := tally_of(message))
        ]
        return ballots if len(ballots) == rounds else None


def _character(number: int) -> str:
    return f"Role {number + 1}"


def one_vote_each(ballots: Sequence[Ballot], people: Sequence[str], seed: int = 1) -> list[Vote]:
    """Return one vote of every person in every round in random order, every second one by button."""
    random = Random(seed)
    votes = [
        Vote(ballot, person, random.randint(1, ballot.candidates), is_press=(n + m) % 2 == 0)
        for n, ballot in enumerate(ballots)
        for m, person in enumerate(people)
    ]
    random.shuffle(votes)
    return votes


def tally_of(message: Json) -> dict[int, int]:
    """Return the votes by candidate, as the buttons of a round's message show them."""
    labels = {key: label for key, label in buttons_of(message).items() if key.startswith("vote:")}
    return {int(key.removeprefix("vote:")): int(label.partition("·")[2] or 0) for key, label in labels.items()}
