"""What happened to a character, as events: who started, spent, voted, locked and unlocked, when, and why.

Nothing here tells more than anybody may know: no sum of a round whose ballot is open, no voter of a sealed one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from bot.ballot import Leg, Mark, Paper
from bot.deed import Deed
from bot.face import Character, Face, Place
from bot.ports import Chronicle, Clock, Ledger, Roster, Rounds, Visibility
from bot.recall import Recall, Recalled
from bot.round import RECAST, Round, State
from bot.statement import Paid

_SECOND = 1_000_000
BEGINNINGS = frozenset({"started", "rerolled", "refined", RECAST})
# Deeds after which a ballot is closed or open.
_STEERING = ("closed", "extended", "run_off")


@dataclass(frozen=True)
class Event:
    """Something that happened. `kind` is how a round began (started, rerolled, refined, recast), spent, voted,
    deadline, locked, decided (by the lead), or a deed's own word.

    `people` did it; of a sealed ballot only their `count` is known. `version` is a face's, `usd` what was or may at
    most be spent, `note` a reason or whatever a deed notes. `lead` leads the round that began, where somebody else did.
    """

    kind: str
    at: datetime
    place: Place
    round_id: str
    people: tuple[str, ...] = ()
    count: int = 0
    number: int | None = None
    version: int | None = None
    usd: Decimal | None = None
    note: str = ""
    lead: str = ""
    leg: Leg = Leg.FIRST


@dataclass(frozen=True)
class Told:
    """A character's events that somebody may know of, newest first; `faces` and `spent` (dollars) are of those rounds.

    `found` says whom a name found; without exactly one character there are no events.
    """

    found: Recalled
    events: tuple[Event, ...] = ()
    faces: int = 0
    spent: Decimal = Decimal(0)

    @property
    def character(self) -> Character:
        return self.found.characters[0]


@dataclass(frozen=True)
class Kept:
    """All that is stored of one round."""

    round: Round
    face: Face | None
    deeds: tuple[Deed, ...]
    paid: tuple[Paid, ...]
    marks: Sequence[Mark]
    papers: Sequence[Paper]


class History:
    """Tells histories."""

    def __init__(
        self,
        rounds: Rounds,
        roster: Roster,
        ledger: Ledger,
        chronicle: Chronicle,
        recall: Recall,
        visibility: Visibility,
        now: Clock,
    ) -> None:
        self._rounds = rounds
        self._roster = roster
        self._ledger = ledger
        self._chronicle = chronicle
        self._recall = recall
        self._visibility = visibility
        self._now = now

    async def named(self, name: str, person: str, place: Place) -> Told:
        """The history of `name`, found as a recall finds it."""
        return await self._told(await self._recall.recall(name, person, place), person, place)

    async def of(self, character_id: str, person: str, place: Place) -> Told:
        """The history of a character chosen from a suggestion, or of one that was told before."""
        return await self._told(await self._recall.show(character_id, person, place), person, place)

    async def _told(self, found: Recalled, person: str, place: Place) -> Told:
        if found.kind not in ("face", "casting", "unlocked"):
            return Told(found)
        character_id = found.characters[0].id
        rounds = await self._rounds.of_character(character_id)
        faces = {face.round_id: face for face in found.history}
        deeds = await self._chronicle.of_character(character_id)
        paid = await self._ledger.paid(character_id)
        places = {r.place for r in rounds} | {deed.place for deed in deeds}
        seen = {at for at in places if at == place or await self._visibility.sees(person, at)}
        events = [_of_deed(deed, faces) for deed in deeds if deed.place in seen and not deed.round_id]
        for round_ in (r for r in rounds if r.place in seen):
            marks, papers = await self._rounds.marks(round_.id), await self._rounds.papers(round_.id)
            theirs = tuple(deed for deed in deeds if deed.round_id == round_.id)
            bills = tuple(bill for bill in paid if bill.round_id == round_.id)
            events += events_of(Kept(round_, faces.get(round_.id), theirs, bills, marks, papers), self._now())
        spent = sum((e.usd for e in events if e.kind == "spent" and e.usd), Decimal(0))
        locked = sum(e.kind in ("locked", "decided") for e in events)
        return Told(found, tuple(newest_first(events)), locked, spent)


def newest_first(events: Iterable[Event]) -> list[Event]:
    """By time; what happened at one moment stays in its order, backwards."""
    return sorted(events, key=lambda event: event.at)[::-1]


def events_of(kept: Kept, now: datetime) -> list[Event]:
    """What happened in one round, in the order it happened."""
    faces = {kept.round.id: kept.face} if kept.face else {}
    events = [_beginning(kept.round), *_spending(kept), *_votes(kept), *_ends(kept, now)]
    return sorted([*events, *(_of_deed(deed, faces) for deed in kept.deeds)], key=lambda event: event.at)


def _beginning(round_: Round) -> Event:
    lead = round_.lead if round_.lead != round_.starter else ""
    kind = round_.origin or "started"
    price, why = round_.another, round_.because
    return Event(kind, round_.opened_at, round_.place, round_.id, (round_.starter,), usd=price, note=why, lead=lead)


def _spending(kept: Kept) -> Iterator[Event]:
    """A person's charges, told at the last of them."""
    for bill in kept.paid:
        yield Event("spent", bill.at, kept.round.place, kept.round.id, (bill.person,), count=bill.count, usd=bill.usd)


def _votes(kept: Kept) -> Iterator[Event]:
    """Who voted, told at the last vote. Of an open sealed ballot its message alone tells how many, and nothing when."""
    round_ = kept.round
    if round_.sealed and round_.state in (State.DRAWING, State.VOTING):
        return
    marked = [(m.stamp, m.person) for m in kept.marks if m.on]
    for leg in Leg:
        papers = [(paper.stamp, paper.person) for paper in kept.papers if paper.leg is leg]
        if cast := sorted(papers if leg is Leg.RUN_OFF or round_.sealed else marked):
            people = tuple(dict.fromkeys(person for _, person in cast))
            at = datetime.fromtimestamp(cast[-1][0] / _SECOND, UTC)
            known = () if round_.sealed else people
            yield Event("voted", at, round_.place, round_.id, known, count=len(people), leg=leg)


def _ends(kept: Kept, now: datetime) -> Iterator[Event]:
    """A close that nobody pressed, and the lock."""
    round_, face = kept.round, kept.face
    steered = [deed.what for deed in kept.deeds if deed.what in _STEERING]
    ended = face.locked_at if face else now
    by_itself = round_.tally is not None and steered[-1:] != ["closed"]
    if by_itself and round_.closes_at and round_.closes_at < ended and round_.state is not State.VOTING:
        yield Event("deadline", round_.closes_at, round_.place, round_.id)
    if face:
        kind = "decided" if face.decided_by_lead else "locked"
        by = (face.locked_by,)
        yield Event(kind, face.locked_at, round_.place, round_.id, by, number=face.number, version=face.version)


def _of_deed(deed: Deed, faces: dict[str, Face]) -> Event:
    face = faces.get(deed.round_id)
    by = (deed.person,) if deed.person else ()
    version = face.version if face else None
    return Event(deed.what, deed.at, deed.place, deed.round_id, by, version=version, note=deed.note)
