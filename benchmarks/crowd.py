"""A crowd that votes in many rounds at once: the rounds opened, the votes as a stream, what Slack saw of each."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from playground.door import Door, Json, buttons_of
from playground.story import LEAD

REACTIONS = ("one", "two", "three", "four", "five", "six", "seven", "eight")
_A_CHANNEL = 10
_PATIENCE = 240.0


@dataclass(frozen=True)
class Ballot:
    """A round that is open: its message, and how many candidates there are to vote for."""

    name: str
    channel: str
    ts: str
    candidates: int


@dataclass(frozen=True)
class Vote:
    """One person's wish for one candidate, by reaction or by press; `off` takes the reaction away again."""

    ballot: Ballot
    person: str
    number: int
    by_press: bool
    off: bool = False


@dataclass(frozen=True)
class Cast:
    """A vote as it went: when the person moved (seconds since 1970), and the ack in milliseconds, None when none came
    in Slack's three seconds."""

    vote: Vote
    at: float
    ack_ms: float | None


class Crowd:
    """People of the practice workspace, and the rounds they vote in."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._people: list[str] = []
        self._channels: list[str] = []
        self.ballots: list[Ballot] = []

    @property
    def people(self) -> Sequence[str]:
        return self._people

    async def gather(self, people: int, rounds: int) -> None:
        """So many voters, in channels for so many rounds, where nobody has cast anything yet."""
        for number in range(-(-rounds // _A_CHANNEL)):
            new = {"name": f"stage-{number + 1}", "members": [LEAD, "U0CASTROOM"]}
            self._channels.append((await self._door.post("channels", new))["channel"]["id"])
        for number in range(people):
            person = {"name": f"voter-{number + 1}", "real_name": f"Voter {number + 1}", "channels": self._channels}
            self._people.append((await self._door.post("people", person))["person"]["id"])

    async def open(self, rounds: int, models: str) -> list[float]:
        """Open the rounds all at once and wait for their ballots; the acks of the commands in milliseconds."""
        places = [self._channels[n // _A_CHANNEL] for n in range(rounds)]
        asked = [
            self._door.command(LEAD, place, f"Role {n + 1}: weathered harbour hand, 60 {models}")
            for n, place in enumerate(places)
        ]
        acks = [answer["ack_ms"] for answer in await asyncio.gather(*asked)]
        self.ballots = await self._door.until(lambda: self._all_open(rounds), "all ballots to open", _PATIENCE)
        return acks

    async def messages(self) -> dict[tuple[str, str], Json]:
        """The rounds' messages by channel and ts."""
        return {(channel, m["ts"]): m for channel in self._channels for m in await self._door.messages(channel)}

    async def cast(self, votes: Sequence[Vote], a_second: float) -> list[Cast]:
        """The votes in their order, evenly spaced, whether or not the ones before were acknowledged."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        moves: list[asyncio.Task[Cast]] = []
        async with asyncio.TaskGroup() as group:
            for number, vote in enumerate(votes):
                await asyncio.sleep(start + number / a_second - loop.time())
                moves.append(group.create_task(self._move(vote)))
        return [move.result() for move in moves]

    async def _move(self, vote: Vote) -> Cast:
        at = time.time()
        ballot = vote.ballot
        body = {"channel": ballot.channel, "ts": ballot.ts}
        if vote.by_press:
            answer = await self._door.post(f"people/{vote.person}/click", {**body, "action_id": f"vote:{vote.number}"})
        else:
            reaction = {"name": REACTIONS[vote.number - 1], "remove": vote.off}
            answer = await self._door.post(f"people/{vote.person}/react", body | reaction)
        return Cast(vote, at, answer["ack_ms"])

    async def _all_open(self, rounds: int) -> list[Ballot] | None:
        await asyncio.sleep(0.5)
        ballots = [
            Ballot(message["metadata"]["event_payload"]["round"], *where, len(shown))
            for where, message in (await self.messages()).items()
            if (shown := tally_of(message))
        ]
        return ballots if len(ballots) == rounds else None


def one_each(ballots: Sequence[Ballot], people: Sequence[str], seed: int = 1) -> list[Vote]:
    """One vote of everybody in every round, every second one by press, in no order."""
    random = Random(seed)
    votes = [
        Vote(ballot, person, random.randint(1, ballot.candidates), by_press=(n + m) % 2 == 0)
        for n, ballot in enumerate(ballots)
        for m, person in enumerate(people)
    ]
    random.shuffle(votes)
    return votes


def tally_of(message: Json) -> dict[int, int]:
    """Votes by candidate, as the number buttons of a round's message show them."""
    labels = {key: label for key, label in buttons_of(message).items() if key.startswith("vote:")}
    return {int(key.removeprefix("vote:")): int(label.partition("·")[2] or 0) for key, label in labels.items()}
