"""Casting a face anew, and letting one go: by whoever may lock it, with a reason, and never without a trace."""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from bot.brief import Brief, reason_of
from bot.errors import AlreadyCasting, CastingError, Dearer, RoundClosed
from bot.face import Face, Release
from bot.opening import Opening
from bot.permits import Permits
from bot.ports import Clock, Opened, Roster, Rounds, Stage
from bot.round import Round, State


class How(StrEnum):
    """What happens to the present face: it stays until another is locked, goes at once, or goes and that is all."""

    KEEP = "keep"
    UNLOCK = "unlock"
    ONLY_UNLOCK = "only_unlock"


@dataclass(frozen=True)
class Offer:
    """What may be done with a face: the choices left, and what a round for its brief may cost, in dollars.

    Without `price` no round can be opened now, for the reason of `refused`. `earlier` is the character's face again
    once this one is unlocked, if nobody unlocked it too.
    """

    round: Round
    face: Face
    ways: tuple[How, ...]
    price: Decimal | None = None
    refused: CastingError | None = None
    earlier: Face | None = None


@dataclass(frozen=True)
class Wanting:
    """A form filled in. `key` is the same when it comes in again; `agreed` are the dollars it named."""

    round_id: str
    person: str
    how: How
    reason: str
    text: str | None
    key: str
    agreed: Decimal


@dataclass(frozen=True)
class Done:
    """What became of a form: the face it was about, and the round it opened."""

    face: Face
    opened: Opened | None


class Recasting:
    """Re-casts and unlocks."""

    def __init__(
        self, rounds: Rounds, roster: Roster, opening: Opening, permits: Permits, stage: Stage, now: Clock
    ) -> None:
        self._rounds = rounds
        self._roster = roster
        self._opening = opening
        self._permits = permits
        self._stage = stage
        self._now = now

    async def offer(self, round_id: str, person: str) -> Offer:
        """What the person may do with the face of a round. Raises NotYours, Barred, RoundClosed, AlreadyCasting."""
        round_, face, ways = await self._allowed(round_id, person)
        standing = [f for f in await self._roster.history(face.character_id) if not f.released and f != face]
        offer = Offer(round_, face, (How.ONLY_UNLOCK,), earlier=next(iter(standing), None))
        if ways == offer.ways:
            return replace(offer, refused=AlreadyCasting(face.character, ""))
        try:
            await self._permits.start(round_.place, person)
            return replace(offer, ways=ways, price=await self._price(round_, round_.brief))
        except CastingError as error:
            if face.released:
                raise
            return replace(offer, refused=error)

    async def do(self, wanting: Wanting) -> Done:
        """Re-cast or unlock, as the form says; sent in twice it happens once.

        Raises what `offer` does, BriefError (fields reason and brief), Dearer, and whatever opening a round raises.
        """
        reason = reason_of(wanting.reason)
        round_, face, ways = await self._allowed(wanting.round_id, wanting.person, wanting.key)
        release = Release(wanting.person, self._now(), reason)
        if wanting.how is How.ONLY_UNLOCK:
            if not await self._roster.release(face.round_id, release):
                raise RoundClosed("unlock", "unlocked", face.character)
            return Done(face, None)
        if ways == (How.ONLY_UNLOCK,):
            raise AlreadyCasting(face.character, (await self._open_round(face)) or "")
        brief = round_.brief if wanting.text is None else round_.brief.worded(wanting.text)
        price = await self._price(round_, brief)
        if price > wanting.agreed:
            raise Dearer(price, wanting.agreed)
        gone = release if wanting.how is How.UNLOCK and not face.released else None
        return Done(face, await self._opening.open_recast(round_, brief, wanting.person, wanting.key, reason, gone))

    async def show(self, done: Done) -> None:
        """Begin what was opened, and draw the record as it stands now."""
        if done.opened:
            await self._opening.begin(done.opened.round.id)
        for face in await self._roster.history(done.face.character_id):
            if face.round_id != done.face.round_id:
                self._stage.refresh(face.round_id)
        await self._stage.show(done.face.round_id)

    async def _price(self, round_: Round, brief: Brief) -> Decimal:
        return self._opening.affordable(brief, await self._opening.caps_in(round_.place))

    async def _allowed(self, round_id: str, person: str, key: str = "") -> tuple[Round, Face, tuple[How, ...]]:
        """The round, the face it gave, and what can be done with that now."""
        round_ = await self._rounds.get(round_id)
        await self._permits.lock(round_, person, "recast_face")
        round_.must_be(State.LOCKED, what="recast")
        face = await self._roster.face(round_id)
        character = await self._roster.character(round_.character_id)
        if face is None or character is None:
            raise KeyError(round_id)
        if character.face and character.face.round_id != round_id:
            raise RoundClosed("recast", "unlocked" if face.released else "superseded", face.character)
        busy = character.open_round is not None and character.open_round != self._opening.recast_id(round_, key)
        if busy and face.released:
            raise AlreadyCasting(face.character, character.open_round or "")
        if face.released:
            return round_, face, (How.KEEP,)
        return round_, face, (How.ONLY_UNLOCK,) if busy else tuple(How)

    async def _open_round(self, face: Face) -> str | None:
        character = await self._roster.character(face.character_id)
        return character.open_round if character else None
