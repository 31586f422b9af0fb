"""What is remembered; implemented in storage/."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from bot.ballot import Leg, Mark, Paper, RunOff, Tally
from bot.brief import Brief
from bot.budget import Caps, Charge, Purse, Spender
from bot.deed import Deed
from bot.face import Character, Face, Place, Portrait, Release
from bot.finish import Finish
from bot.ports.showing import Reader
from bot.production import Customs, Production
from bot.round import Round, State
from bot.slot import Miss, Slot
from bot.statement import Entry, Paid, Spent, Veiled


class Notices(Protocol):
    """Who was told of a model's end, and whom it concerns."""

    async def doubted(self, since: datetime) -> bool:
        """Whether a model that was asked since then answered as retired."""
        ...

    async def concerned(self, model_id: str) -> Sequence[Reader]:
        """In each workspace that ever asked the model: the leads of its open rounds with it, else of its newest one.

        Nobody of a workspace where a ballot still hides whose miss it has: the notice would tell.
        """
        ...

    async def take(self, reader: Reader, model_id: str, at: datetime) -> bool:
        """Write that this person is being told; False when that stands there already."""
        ...

    async def give_back(self, reader: Reader, model_id: str) -> None:
        """They could not be told."""
        ...


@dataclass(frozen=True)
class Opened:
    """A round, and whether this call opened it (False: the same trigger came again)."""

    round: Round
    fresh: bool


@dataclass(frozen=True)
class Wanted:
    """A brief kept until somebody says yes to it, or has filled in a form.

    `lead` shall lead the round, empty for the person; it was `asked_in` a thread, which is told where the round is.
    """

    id: str
    place: Place
    person: str
    brief: Brief
    lead: str = ""
    asked_in: str = ""


@dataclass(frozen=True)
class Landing:
    """A portrait that arrived for a slot, stored under `portrait.key`."""

    slot_id: str
    portrait: Portrait
    charge: Charge
    seconds: float
    request_id: str
    seed: int | None


class Rounds(Protocol):
    """Rounds with their slots and marks. Every change is one short transaction; states change by compare-and-set."""

    async def open(self, new: Round, caps: Caps, *, recast: bool, release: Release | None = None) -> Opened:
        """Reserve the price, write round and slots in one transaction; idempotent by `new.id`.

        With `new.parent`, that round is voided in the same transaction, for `new.origin`, or RoundClosed raised if it
        is locked already. The parent of a re-cast stays as it is; with `release` its face is unlocked at once, and a
        re-cast that names none gets the round of the character's face. `new.character_id` is empty: the character is
        found or made by place and folded name, or is the parent's.
        Raises AlreadyCasting, OverBudget, or AlreadyCast (with an empty wish id) when the character has a face and
        `recast` is False.
        """
        ...

    async def get(self, round_id: str) -> Round:
        """Raises KeyError for an id nobody gave."""
        ...

    async def of_character(self, character_id: str) -> Sequence[Round]:
        """Every round that cast a character, oldest first."""
        ...

    async def by_message(self, place: Place, message_ts: str) -> Round | None: ...

    async def by_slot(self, slot_id: str) -> Round:
        """The round a slot belongs to; raises KeyError."""
        ...

    async def set_message(self, round_id: str, message_ts: str) -> None: ...

    async def set_sheet(self, round_id: str, file_id: str, shows: int) -> None:
        """The file of the contact sheet and how many candidates it shows."""
        ...

    async def set_file(self, slot_id: str, file_id: str) -> None:
        """The large picture of a candidate in the thread."""
        ...

    async def set_original(self, slot_id: str, file_id: str) -> None:
        """The candidate's original bytes in the thread."""
        ...

    async def refuse_sheet(self, round_id: str, why: str) -> bool:
        """Slack refuses the sheet, in its own word; True the first time. The next sheet that hangs undoes it."""
        ...

    async def set_record(self, round_id: str, file_id: str) -> None:
        """The locked portrait's picture in the record."""
        ...

    async def intend(self, slot_id: str, at: datetime) -> bool:
        """Write that the slot's model is about to be asked; False when that stands there already or it is final."""
        ...

    async def keep_ticket(self, slot_id: str, ticket: str) -> None:
        """The slot's model has taken the ask: from now on its answer is fetched and it is not asked again."""
        ...

    async def pause(self, slot_id: str, until: datetime | None) -> None:
        """The slot waits until then, for its turn or because the vendor asked; None: the intent stands again."""
        ...

    async def land(self, landing: Landing, number_if: frozenset[State]) -> Slot:
        """The slot becomes a candidate and its cost is written in the ledger, in one transaction; idempotent.

        Where a candidate of the round shows the same picture it becomes a miss `duplicate`, paid all the same.

        It gets the next number at once if the round stands in one of `number_if` and fewer than eight are taken.
        """
        ...

    async def miss(self, slot_id: str, miss: Miss, charge: Charge | None, seconds: float | None) -> Slot:
        """The slot becomes a miss; without a charge its reservation goes back; idempotent, never undoes a candidate."""
        ...

    async def add_slot(self, slot: Slot, caps: Caps) -> Slot:
        """Reserve and write one more slot (a re-roll, a variation) of an open round that has a number left for it;
        idempotent by id.

        Raises OverBudget, RoundClosed.
        """
        ...

    async def open_ballot(self, round_id: str, numbers: Mapping[str, int], closes_at: datetime) -> bool:
        """drawing -> voting with these numbers (slot id to number); False when it is no longer drawing."""
        ...

    async def mark(self, mark: Mark) -> bool:
        """Keep a mark if its stamp is newer than the one seen and the round is voting; True when a vote changed."""
        ...

    async def toggle(self, round_id: str, slot_id: str, person: str, stamp: int) -> bool | None:
        """Turn a person's button mark over; the new state, or None when the stamp is not newer or voting is over."""
        ...

    async def marks(self, round_id: str) -> Sequence[Mark]: ...

    async def put_in(self, paper: Paper) -> bool:
        """Keep a person's ballot paper if its stamp is newer than the one there and the round is voting."""
        ...

    async def papers(self, round_id: str) -> Sequence[Paper]: ...

    async def close(self, round_id: str, tally: Tally, version: int) -> bool:
        """voting -> closed with the tally frozen and late candidates numbered; False if state or version moved on."""
        ...

    async def extend(self, round_id: str, closes_at: datetime, seen: datetime | None = None) -> bool:
        """closed -> voting until `closes_at`, the frozen tally let go; with `seen`, an open ballot with that deadline,
        to the second, stays open until then. False when it stands otherwise."""
        ...

    async def run_off(self, round_id: str, run_off: RunOff, closes_at: datetime) -> bool:
        """closed -> voting between `run_off`'s numbers until `closes_at`; False when it is not closed or had one."""
        ...

    async def void(self, round_id: str, why: str) -> bool:
        """drawing, voting or closed -> void; False when it was neither."""
        ...

    async def lock(self, round_id: str, face: Face) -> bool:
        """closed -> locked and the face written (its version is given here), in one transaction; False if it is not."""
        ...

    async def due(self, now: datetime) -> Sequence[str]:
        """Voting rounds whose deadline has passed."""
        ...

    async def remindable(self, now: datetime) -> Sequence[str]:
        """Voting rounds past their reminder time (an hour, at most a quarter of the vote, before the close); marks each
        as reminded in the same statement, so that each is given once."""
        ...

    async def remind_again(self, round_id: str, at: datetime) -> None:
        """A reminder that was given could not be told: it is given again from `at` on."""
        ...

    async def take_over(self, round_id: str, before: str, person: str) -> bool:
        """The round is led by `person` from now on; False when `before` does not lead it any more."""
        ...

    async def awaiting(self, now: datetime) -> Sequence[Round]:
        """Voting rounds with named voters whose deadline is still to come."""
        ...

    async def reminded(self, round_id: str, leg: Leg) -> frozenset[str]:
        """Who was written to about this ballot."""
        ...

    async def take_reminder(self, round_id: str, person: str, leg: Leg, at: datetime) -> bool:
        """Write that the person is being reminded; False when that stands there already."""
        ...

    async def give_back_reminder(self, round_id: str, person: str, leg: Leg) -> None:
        """They could not be told."""
        ...

    async def moving(self) -> Sequence[Round]:
        """Rounds that should be at work: drawing, or with a slot that is not final."""
        ...

    async def unshown(self, now: datetime) -> Sequence[str]:
        """Rounds of the last month whose thread or record lacks a picture: closed or locked ones, and those that have
        been voting for minutes."""
        ...

    async def on_show(self, now: datetime) -> Sequence[str]:
        """Rounds whose message may show less than is stored, the newest first: the open ones, and those of the last
        day."""
        ...

    async def waiting_for(self, person: str, team: str) -> Sequence[Round]:
        """Voting rounds of the workspace in which the person has no mark on and no paper, oldest deadline first."""
        ...

    async def keep_wish(self, wish: Wanted) -> None: ...

    async def revise_wish(self, wish_id: str, brief: Brief, stamp: int | None) -> bool:
        """Keep another brief under the id, unless one with a later stamp (µs) came first: False then.

        None is later than whatever came, and earlier than whatever comes.
        """
        ...

    async def wish(self, wish_id: str) -> Wanted | None: ...


@dataclass(frozen=True)
class Called:
    """One name (or alias) of a character that has a face or an open round, folded; `place` as a character's."""

    character_id: str
    folded: str
    place: Place
    production: str


@dataclass(frozen=True)
class Shelf:
    """A part of the roster: characters of `production` (its id, and the name people gave it) cast in `place`."""

    production: str
    film: str
    place: Place


@dataclass(frozen=True)
class Search:
    """Characters cast in any of `places`; of one production, or whose name or alias holds `words`, where given.

    `cast`: only those that have a face.
    """

    places: tuple[Place, ...]
    production: str = ""
    words: str = ""
    cast: bool = False


@dataclass(frozen=True)
class Page:
    """Some of the characters a search finds, and how many it finds in all."""

    characters: tuple[Character, ...]
    total: int


class Roster(Protocol):
    """Characters and their faces."""

    async def characters(self, team: str) -> Sequence[Character]:
        """Every character of the workspace that has, or had, a face, or has an open round, by name."""
        ...

    async def named(self, team: str, name: str) -> Sequence[Character]:
        """Those of them whose name or alias folds like `name`, in every production."""
        ...

    async def shelves(self, team: str) -> Sequence[Shelf]:
        """Where the workspace's characters were or are being cast; each place and production once."""
        ...

    async def page(self, search: Search, limit: int, offset: int) -> Page:
        """At most `limit` of what is found, by production and name, without reading the others."""
        ...

    async def called(self, team: str) -> Sequence[Called]:
        """Every name in the workspace, without faces: to look for one that is nearly right."""
        ...

    async def some(self, character_ids: Sequence[str]) -> Sequence[Character]:
        """These characters, in this order; ids nobody gave are left out."""
        ...

    async def name(self, character: Character, alias: str, deed: Deed) -> str:
        """Let a character answer to `alias` in its production too, and write who did it. Empty when that was done, or
        was so; else the name of the character that has it already, and nothing is changed."""
        ...

    async def unname(self, production: str, alias: str, deed: Deed) -> str:
        """Take an alias away, and write who did it; the name of whoever had it, empty when nobody did."""
        ...

    async def character(self, character_id: str) -> Character | None: ...

    async def face(self, round_id: str) -> Face | None:
        """The face a round gave."""
        ...

    async def history(self, character_id: str) -> Sequence[Face]:
        """All faces of a character, newest first, unlocked ones too."""
        ...

    async def release(self, round_id: str, release: Release) -> bool:
        """Unlock the face a round gave, and write the deed; False when somebody did before."""
        ...


@dataclass(frozen=True)
class Begun:
    """A finish, and whether this call began it (False: it was pressed before)."""

    finish: Finish
    fresh: bool


class Finishes(Protocol):
    """Attempts to finish faces. Every change is one short transaction; states change by compare-and-set."""

    async def begin(self, new: Finish, caps: Caps) -> Begun:
        """Reserve the price and write `new`, unless its attempt was made or another one is live; raises OverBudget."""
        ...

    async def get(self, finish_id: str) -> Finish:
        """Raises KeyError for an id nobody gave."""
        ...

    async def of(self, round_id: str) -> tuple[Finish, ...]:
        """Every attempt for the face of a round, in order."""
        ...

    async def intend(self, finish_id: str, at: datetime) -> bool:
        """Write that somebody is about to be asked; False when that stands there already or it has ended."""
        ...

    async def settle(self, ended: Finish) -> Finish:
        """Write what a finish came to and put its cost in the place of its reservation; one that has ended stays."""
        ...

    async def decide(self, finish_id: str, person: str, at: datetime, *, keep: bool) -> bool:
        """offered -> kept or declined; False when it is not offered."""
        ...

    async def set_files(self, finish_id: str, pair_file: str | None, file_id: str) -> None:
        """Where the thread shows both side by side, and the finish's own bytes."""
        ...

    async def moving(self, since: datetime) -> Sequence[str]:
        """Finishes under way, and those begun since then whose pictures do not hang yet."""
        ...


class Ledger(Protocol):
    """What was spent and what is held back. A month is the calendar month of a UTC `day`."""

    async def committed(self, team: str, day: date) -> Decimal:
        """Dollars spent or reserved by the workspace on a UTC day."""
        ...

    async def charged(self, round_id: str) -> Mapping[str, Charge]:
        """What each slot of a round cost, by slot id."""
        ...

    async def held(self, spender: Spender) -> Mapping[Purse, Decimal]:
        """What each purse of the spender holds, reserved and spent."""
        ...

    async def spent(self, team: str, day: date) -> Sequence[Spent]:
        """The month's charges of rounds whose ballots are closed."""
        ...

    async def paid(self, character_id: str) -> Sequence[Paid]:
        """What a character's rounds whose ballots are closed cost, finishes included, by round and person."""
        ...

    async def veiled(self, team: str, day: date) -> Sequence[Veiled]:
        """The month's charges and reservations of the rounds that draw or vote."""
        ...

    async def faces(self, team: str, day: date) -> Mapping[str, int]:
        """Faces locked in the month, by channel."""
        ...

    async def questions(self, team: str) -> Sequence[Entry]:
        """Charges that may not have been made, and those above their reservation that nobody has seen; oldest first."""
        ...

    async def entry(self, item_id: str) -> Entry:
        """Raises KeyError for what was never charged."""
        ...

    async def settle(self, item_id: str, person: str, *, charged: bool) -> bool:
        """A person says whether an unknown charge was made; if not, its dollars go back. False once it is settled."""
        ...

    async def see(self, item_id: str, person: str) -> bool:
        """A person has seen that a charge passed its reservation; False once somebody has."""
        ...

    async def untold(self) -> Sequence[Entry]:
        """Charges that passed their reservation and whose lead was not told yet."""
        ...

    async def take(self, item_id: str, at: datetime) -> bool:
        """Write that the lead is being told; False when that stands there already."""
        ...

    async def give_back(self, item_id: str) -> None:
        """They could not be told."""
        ...


class Portraits(Protocol):
    """Write-once pictures by key."""

    async def put(self, key: str, data: bytes) -> bool:
        """Store `data`; False when something stands there already, which is kept."""
        ...

    async def get(self, key: str) -> bytes:
        """Raises KeyError when nothing stands there."""
        ...

    async def has(self, key: str) -> bool: ...


class Productions(Protocol):
    """Productions and their customs. Every change is one short transaction."""

    async def of(self, place: Place) -> Production:
        """The production a conversation casts for; one nobody has named yet has an empty id and usual customs."""
        ...

    async def all(self, team: str) -> Sequence[Production]:
        """Every production of the workspace, by name."""
        ...

    async def keep(
        self, place: Place, name: str, customs: Customs, *deeds: Deed, seen: str | None = None
    ) -> Production:
        """Write name and customs of the production that `place` casts for, made if need be, and who changed what.

        Raises Changed where the production's digest is not the one `seen`.
        """
        ...

    async def join(self, place: Place, production_id: str, deed: Deed, seen: str | None = None) -> Production:
        """Let `place` cast for another production of its workspace, for its own where `production_id` is empty.

        Characters that were cast only in `place` come along; all of them, where no other channel casts for the former
        one. So does what the channel spent. Raises KeyError, Changed, Clashes.
        """
        ...


class Chronicle(Protocol):
    """Deeds that no other row tells, in the order they were done."""

    async def write(self, deed: Deed) -> None: ...

    async def of_character(self, character_id: str) -> Sequence[Deed]: ...

    async def of_production(self, place: Place) -> Sequence[Deed]:
        """Deeds that concern no single character, in every channel of the production."""
        ...
