"""What callbacks and re-auditions share: their request, their round, and what they ask of the face that they use."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Generic, TypeVar

from bot.domain.brief import Brief
from bot.domain.catalogue import Size
from bot.domain.errors import CannotFollowUp, CastingError, PriceIncreased
from bot.domain.face import Face
from bot.domain.ids import seed_of, stable_id
from bot.domain.prompt import Prompt
from bot.domain.round import Round
from bot.domain.routing.reason import RoutingReason
from bot.domain.slot import Slot
from bot.usecases.ports import Ports

Choice = TypeVar("Choice")


@dataclass(frozen=True)
class FollowUpRequest(Generic[Choice]):
    """A submitted form. A repeated submit has the same `key`; `agreed_price` is the price in dollars that it showed."""

    round_id: str
    person: str
    choice: Choice
    key: str
    agreed_price: Decimal

    def new_round_id(self, kind: str, parent: Round) -> str:
        """Return the id of the round that it starts, the same for a repeated submit."""
        return stable_id("r", parent.place.team, f"{parent.id}:{kind}:{self.key}")

    def require_agreed(self, price: Decimal, refusal: CastingError | None) -> None:
        """Raise the refusal if there is one, and PriceIncreased above the agreed price."""
        if refusal:
            raise refusal
        if price > self.agreed_price:
            raise PriceIncreased(price, self.agreed_price)


def follow_up_brief(brief: Brief) -> Brief:
    """Return the brief of a round for its follow-up: the sheet shows all pictures at one size anyway."""
    return replace(brief, size=Size.DRAFT, closes_at=None, agreed_price=None, models=())


def build_follow_up(
    ports: Ports, kind: str, parent: Round, lead: str, brief: Brief, prompt: Prompt, slots: Sequence[Slot]
) -> Round:
    """Build the round of these slots beside its parent."""
    round_id, now = slots[0].round_id, ports.now()
    return Round(
        id=round_id,
        place=parent.place,
        character_id="",
        lead=lead,
        brief=brief,
        prompt=prompt.text,
        prompt_version=prompt.version,
        routing_reason=RoutingReason(kind),
        order_seed=seed_of(round_id, -1),
        opened_at=now,
        patience_until=now + timedelta(seconds=ports.patience[brief.size]),
        parent=parent.id,
        origin=kind,
        slots=tuple(slots),
    )


async def require_kept_face(ports: Ports, round_: Round, kind: str) -> Face | None:
    """Return the round's face if it has one; raise CannotFollowUp unless it is the character's and may be used."""
    if round_.is_face_hidden:
        raise CannotFollowUp(kind, "reported", round_.character)
    if (face := await ports.storage.roster.get_face(round_.id)) is None:
        return None
    if face.unlocked:
        raise CannotFollowUp(kind, "unlocked", face.character)
    if face.consent_withdrawn_at:
        raise CannotFollowUp(kind, "withdrawn", face.character)
    character = await ports.storage.roster.get(face.character_id)
    if character and character.face and character.face.round_id != round_.id:
        raise CannotFollowUp(kind, "superseded", face.character)
    return face
