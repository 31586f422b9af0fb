"""Re-casting and unlocking a face, by people who may lock it, with a reason for the audit log."""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from bot.domain.brief import Brief, parse_reason
from bot.domain.errors import AlreadyCasting, CastingError, PriceIncreased, RoundClosed
from bot.domain.face import Face, Unlock
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.ports.rounds import StartResult
from bot.usecases.start_round import StartingUseCase
from bot.usecases.webhook_queue import enqueue_due


class RecastMode(StrEnum):
    """What happens to the present face: kept until the next lock, unlocked at once, or unlocked without a new round."""

    KEEP = "keep"
    UNLOCK = "unlock"
    ONLY_UNLOCK = "only_unlock"


@dataclass(frozen=True)
class RecastOptions:
    """The modes available for a face, and what a round for its brief costs at most, in dollars.

    Without `price` a round cannot start now; `refusal` says why. `previous_face` becomes the character's face again
    after an unlock.
    """

    round: Round
    face: Face
    modes: tuple[RecastMode, ...]
    price: Decimal | None = None
    refusal: CastingError | None = None
    previous_face: Face | None = None


@dataclass(frozen=True)
class RecastRequest:
    """A submitted form. A repeated submit has the same `key`; `agreed_price` is the price in dollars that it showed."""

    round_id: str
    person: str
    mode: RecastMode
    reason: str
    text: str | None
    key: str
    agreed_price: Decimal


@dataclass(frozen=True)
class RecastResult:
    """The face of a submitted form, and the round that it started."""

    face: Face
    start_result: StartResult | None


@dataclass(frozen=True, slots=True)
class Recast(StartingUseCase):
    """Re-casts and unlocks faces."""

    async def options(self, round_id: str, person: str) -> RecastOptions:
        """Return what a person may do with the face; raises NotLead, PermissionDenied, RoundClosed, AlreadyCasting."""
        round_, face, modes = await self._load_allowed(round_id, person)
        active_faces = [
            f for f in await self.storage.roster.list_faces(face.character_id) if not f.unlocked and f != face
        ]
        options = RecastOptions(round_, face, (RecastMode.ONLY_UNLOCK,), previous_face=next(iter(active_faces), None))
        if modes == options.modes:
            return replace(options, refusal=AlreadyCasting(face.character, ""))
        try:
            await self.permissions.require_start(round_.place, person)
            return replace(options, modes=modes, price=await self._price(round_, round_.brief))
        except CastingError as error:
            if face.unlocked:
                raise
            return replace(options, refusal=error)

    async def apply(self, request: RecastRequest) -> RecastResult:
        """Re-cast or unlock, as the form says; a repeated submit changes nothing.

        Raises what `options` raises, BriefError (fields reason and brief), PriceIncreased, and what starting a round
        raises.
        """
        reason = parse_reason(request.reason)
        round_, face, modes = await self._load_allowed(request.round_id, request.person, request.key)
        unlock = Unlock(request.person, self.ports.now(), reason)
        if request.mode is RecastMode.ONLY_UNLOCK:
            if not await self.storage.roster.unlock(face.round_id, unlock):
                raise RoundClosed("unlock", "unlocked", face.character)
            return RecastResult(face, None)
        if modes == (RecastMode.ONLY_UNLOCK,):
            raise AlreadyCasting(face.character, (await self._open_round_id(face)) or "")
        brief = round_.brief if request.text is None else round_.brief.with_text(request.text)
        price = await self._price(round_, brief)
        if price > request.agreed_price:
            raise PriceIncreased(price, request.agreed_price)
        immediate_unlock = unlock if request.mode is RecastMode.UNLOCK and not face.unlocked else None
        return RecastResult(
            face,
            await self.start_round.start_recast(round_, brief, request.person, request.key, reason, immediate_unlock),
        )

    async def publish(self, result: RecastResult) -> None:
        """Enqueue the started round and redraw the records."""
        if result.start_result:
            await self.start_round.enqueue(result.start_result.round.id)
        for face in await self.storage.roster.list_faces(result.face.character_id):
            if face.round_id != result.face.round_id:
                self.ports.publisher.schedule_redraw(face.round_id)
        await self.ports.publisher.redraw_now(result.face.round_id)
        await enqueue_due(self.ports)

    async def _price(self, round_: Round, brief: Brief) -> Decimal:
        """Return the price in dollars of a round for `brief`; raises OverBudget and what `price_of` raises."""
        caps = await self.quotes.caps_for(round_.place)
        price = self.quotes.price_of(brief, caps)
        caps.check_round(price)
        return price

    async def _load_allowed(
        self, round_id: str, person: str, key: str = ""
    ) -> tuple[Round, Face, tuple[RecastMode, ...]]:
        round_ = await self.storage.rounds.get(round_id)
        await self.permissions.require_lock(round_, person, "recast_face")
        round_.require_state(RoundState.LOCKED, action="recast")
        face = await self.storage.roster.get_face(round_id)
        character = await self.storage.roster.get(round_.character_id)
        if face is None or character is None:
            raise KeyError(round_id)
        if character.face and character.face.round_id != round_id:
            raise RoundClosed("recast", "unlocked" if face.unlocked else "superseded", face.character)
        is_casting = (
            character.open_round_id is not None
            and character.open_round_id != self.start_round.recast_round_id(round_, key)
        )
        if is_casting and face.unlocked:
            raise AlreadyCasting(face.character, character.open_round_id or "")
        if face.unlocked:
            return round_, face, (RecastMode.KEEP,)
        return round_, face, (RecastMode.ONLY_UNLOCK,) if is_casting else tuple(RecastMode)

    async def _open_round_id(self, face: Face) -> str | None:
        character = await self.storage.roster.get(face.character_id)
        return character.open_round_id if character else None
