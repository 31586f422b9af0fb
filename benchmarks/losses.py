"""What was lost, paid twice or shown twice: the bot's storage held against what was promised, shown and billed."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Self

from benchmarks.company import STUCK, Story, names_in, round_of
from benchmarks.theatre import CHANNELS, Theatre
from bot.ballot import Mark, Tally
from bot.round import OPEN, Round, State
from bot.settings import Settings
from playground.door import Json, text_of
from storage import open_storage

_EVERYTHING = 1_000
_UNKNOWN = "unknown"


@dataclass(frozen=True)
class Losses:
    """What is counted. A payment is silent where the bill charges more calls for a model and the words of one round
    than the ledger knows as charged or as perhaps charged; `cautious` are those kept as perhaps charged that were not.
    `unfinished` tells where stuck rounds stood.
    """

    strikes: int = 0
    rounds: int = 0
    locked: int = 0
    called_off: int = 0
    without_portrait: int = 0
    votes_promised: int = 0
    votes_lost: int = 0
    locks_lost: int = 0
    stuck: int = 0
    calls_charged: int = 0
    paid_twice: int = 0
    dollars_unknown_to_us: Decimal = Decimal(0)
    cautious: int = 0
    rounds_posted_twice: int = 0
    pictures_posted_twice: int = 0
    answers_posted_twice: int = 0
    unfinished: tuple[str, ...] = ()

    def __add__(self, other: Self) -> "Losses":
        return Losses(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


@dataclass(frozen=True)
class _Stored:
    """A round as the bot's storage has it, with its marks and whether the roster has its face."""

    round: Round
    marks: Sequence[Mark]
    has_face: bool

    @property
    def miscounted(self) -> int:
        """Votes by which the frozen tally differs from the marks it was frozen with."""
        if not self.round.tally:
            return 0
        numbers = {s.id: s.number for s in self.round.candidates if s.number in self.round.tally.votes}
        counted = Tally.of(self.marks, {slot: number for slot, number in numbers.items() if number})
        return sum(abs(votes - counted.votes[number]) for number, votes in self.round.tally.votes.items())


async def losses_of(theatre: Theatre, stories: Sequence[Story]) -> Losses:
    """Counted once everybody has played to the end; the bot has been stopped."""
    stored = await _stored(theatre)
    bill = [call for call in await theatre.door.bill() if call["charged"]]
    endings = Counter(story.ended for story in stories)
    ended = endings["locked"] + endings["called off"] + endings["without a portrait"]
    left_open = sum(s.round.state in OPEN for s in stored) if ended == len(stories) else 0
    return Losses(
        strikes=theatre.strikes,
        rounds=len(stories),
        locked=endings["locked"],
        called_off=endings["called off"],
        without_portrait=endings["without a portrait"],
        stuck=len(stories) - ended + left_open,
        unfinished=tuple(story.ended for story in stories if story.ended.startswith(STUCK)),
        calls_charged=len(bill),
        dollars_unknown_to_us=max(Decimal(0), _billed(bill) - _known(s.round for s in stored)),
    ) + _promises(stories, stored) + payments(bill, [s.round for s in stored]) + await _doubles(theatre)  # fmt: skip


def _promises(stories: Iterable[Story], stored: Iterable[_Stored]) -> Losses:
    by_name = {s.round.character: s for s in stored}
    promised = votes_lost = locks_lost = 0
    for story in stories:
        held = by_name.get(story.name)
        standing = {(m.person, held.round.candidate(m.slot_id).number) for m in held.marks if m.on} if held else set()
        promised += len(story.votes)
        votes_lost += len(story.votes - standing) + (held.miscounted if held else 0)
        locked = held and held.round.state is State.LOCKED and held.has_face
        locks_lost += bool(story.lock_promised and not locked)
    return Losses(votes_promised=promised, votes_lost=votes_lost, locks_lost=locks_lost)


def payments(bill: Iterable[Json], rounds: Iterable[Round]) -> Losses:
    """Round by round and model by model: a round's words are its own here, and the bill keeps their hash."""
    charged = Counter((str(call["prompt_sha256"]), str(call["model"])) for call in bill)
    known: Counter[tuple[str, str]] = Counter()
    for round_ in rounds:
        for slot in round_.slots:
            words = sha256((slot.prompt or round_.prompt).encode()).hexdigest()
            known[words, slot.model.partition(":")[2]] += bool(slot.cost)
    return Losses(paid_twice=(charged - known).total(), cautious=(known - charged).total())


async def _doubles(theatre: Theatre) -> Losses:
    """Messages of rounds, answers to the one question there is about each name, and pictures in the threads."""
    rounds: Counter[str] = Counter()
    answers: Counter[str] = Counter()
    pictures: Counter[tuple[str, str]] = Counter()
    for channel in CHANNELS:
        state = await theatre.door.get("state", channel=channel, limit=_EVERYTHING)
        for message in state["messages"].get(channel, []):
            if round_ := round_of(message):
                rounds[round_] += 1
            elif message.get("bot_id"):
                answers[names_in(text_of(message))[0]] += 1
        for ts, thread in state["threads"].get(channel, {}).items():
            pictures.update((ts, str(file["name"])) for reply in thread for file in reply.get("files", ()))
    again = [counted.total() - len(counted) for counted in (rounds, pictures, answers)]
    return Losses(rounds_posted_twice=again[0], pictures_posted_twice=again[1], answers_posted_twice=again[2])


async def _stored(theatre: Theatre) -> list[_Stored]:
    """Every round there is."""
    home = theatre.variables["DATA_DIR"]
    ids = await asyncio.to_thread(_ids, Path(home) / "castroom.sqlite")
    storage = await open_storage(Settings.model_validate({"data_dir": home}))
    try:
        rounds, roster = storage.rounds, storage.roster
        return [_Stored(await rounds.get(i), await rounds.marks(i), bool(await roster.face(i))) for i in ids]
    finally:
        await storage.close()


def _ids(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [str(row[0]) for row in connection.execute("SELECT id FROM rounds")]


def _billed(bill: Iterable[Json]) -> Decimal:
    return sum((Decimal(str(call["price_usd"])) for call in bill), Decimal(0))


def _known(rounds: Iterable[Round]) -> Decimal:
    return sum((slot.cost for round_ in rounds for slot in round_.slots if slot.cost), Decimal(0))
