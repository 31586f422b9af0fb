"""How a round begins: models chosen, price reserved, round and empty slots written; money is spent later."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256

from bot.brief import Brief
from bot.budget import Caps, estimate
from bot.catalogue import Catalogue, Size
from bot.errors import AlreadyCast, NotYours
from bot.face import Place
from bot.ports import Clock, Errands, Opened, Rounds, Wanted
from bot.prompt import Prompt
from bot.round import Round, Slot
from bot.routing import route


class Opening:
    """Opens rounds. `patience` maps a size to the seconds a model may take before voting opens without it."""

    def __init__(
        self,
        rounds: Rounds,
        errands: Errands,
        catalogue: Catalogue,
        caps: Caps,
        patience: dict[Size, float],
        now: Clock,
    ) -> None:
        self._rounds = rounds
        self._errands = errands
        self._catalogue = catalogue
        self._caps = caps
        self._patience = patience
        self._now = now

    async def open_round(self, brief: Brief, place: Place, person: str, trigger: str) -> Opened:
        """Reserve and save a round for `brief`; the same trigger opens it once.

        Raises BriefError, NoModels, OverBudget, AlreadyCasting, and AlreadyCast with a wish that keeps the brief.
        """
        new = self._plan(brief, place, person, _id("r", place.team, trigger))
        try:
            return await self._rounds.open(new, self._caps, recast=False)
        except AlreadyCast as error:
            wish = Wanted(_id("w", place.team, trigger), place, person, brief)
            await self._rounds.keep_wish(wish)
            raise AlreadyCast(error.character, wish.id, new.price) from error

    async def recast(self, wish_id: str, person: str) -> Opened:
        """Open the round a kept wish asks for; pressed twice it opens once. Raises KeyError for an unknown wish."""
        wish = await self._rounds.wish(wish_id)
        if wish is None:
            raise KeyError(wish_id)
        if wish.person != person:
            raise NotYours("recast", wish.person)
        new = self._plan(wish.brief, wish.place, person, _id("r", wish.place.team, wish_id))
        return await self._rounds.open(new, self._caps, recast=True)

    async def open_child(self, parent: Round, person: str) -> Opened:
        """A round for the parent's brief once more, in place of the parent; one parent has one child."""
        new = self._plan(parent.brief, parent.place, person, _id("r", parent.place.team, parent.id))
        return await self._rounds.open(replace(new, parent=parent.id), self._caps, recast=True)

    def price_of(self, brief: Brief) -> Decimal:
        """What a round for `brief` is estimated to cost today, in dollars."""
        return estimate(route(brief, self._catalogue, self._now().date()).models, brief.size)

    async def begin(self, round_id: str) -> None:
        """Start the round's durable work; called again it does nothing."""
        await self._errands.start("round", round_id)

    def _plan(self, brief: Brief, place: Place, person: str, round_id: str) -> Round:
        now = self._now()
        chosen = route(brief, self._catalogue, now.date())
        prompt = Prompt.of(brief)
        slots = tuple(
            Slot(f"{round_id}-{n}", round_id, n, m.id, m.price(brief.size), seed_of(round_id, n))
            for n, m in enumerate(chosen.models)
        )
        self._caps.allow_round(sum((s.price for s in slots), Decimal(0)))
        return Round(
            id=round_id,
            place=place,
            character_id="",
            lead=person,
            brief=brief,
            prompt=prompt.text,
            prompt_version=prompt.version,
            reason=chosen.reason,
            order_seed=seed_of(round_id, -1),
            opened_at=now,
            patience_until=now + timedelta(seconds=self._patience[brief.size]),
            slots=slots,
        )


def seed_of(round_id: str, position: int) -> int:
    """A seed of 31 bits that is the same whenever it is asked for."""
    return int.from_bytes(sha256(f"{round_id}:{position}".encode()).digest()[:4]) >> 1


def _id(kind: str, team: str, trigger: str) -> str:
    """An opaque id that the same trigger yields again, so that a redelivery finds what is there."""
    return kind + sha256(f"{team}:{trigger}".encode()).hexdigest()[:20]
