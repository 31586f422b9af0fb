"""How a round begins: models chosen, price reserved, round and empty slots written; money is spent later."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Literal

from bot.brief import Brief, Consent
from bot.budget import Caps, estimate
from bot.catalogue import Catalogue, ModelFacts, Size
from bot.errors import AlreadyCast, AlreadyCasting, NotYours, Offered, Unavailable
from bot.face import Place
from bot.likeness import Likeness
from bot.permits import Permits
from bot.ports import Clock, Errands, Health, Opened, Productions, Rounds, Visibility, Wanted
from bot.production import FILLED
from bot.prompt import Prompt
from bot.round import Round, Slot
from bot.routing import Route, route


@dataclass(frozen=True)
class Held:
    """A kept wish, and what its round is estimated to cost, in dollars."""

    wish: Wanted
    price: Decimal


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
        likeness: Likeness,
        health: Health,
        permits: Permits,
        productions: Productions,
        visibility: Visibility,
    ) -> None:
        self._rounds = rounds
        self._errands = errands
        self._catalogue = catalogue
        self._caps = caps
        self._patience = patience
        self._now = now
        self._likeness = likeness
        self._health = health
        self._permits = permits
        self._productions = productions
        self._visibility = visibility

    async def open_round(self, brief: Brief, place: Place, person: str, trigger: str) -> Opened:
        """Reserve and save a round for `brief`; the same trigger opens it once.

        Raises Barred, BriefError, NoModels, OverBudget, AlreadyCasting; AlreadyCast and Unavailable with wishes that
        keep what could be cast after a yes.
        """
        await self._permits.start(place, person)
        brief, caps = await self._by_customs(brief, place)
        brief = await self._likeness.found(brief, person, place)
        chosen = self._route(brief, caps)
        if chosen.asks:
            raise await self._unavailable(chosen, brief, place, person, trigger, caps)
        new = self._plan(chosen, brief, place, person, _id("r", place.team, trigger), caps)
        try:
            return await self._open(new, recast=False)
        except AlreadyCast as error:
            wish = await self.keep(brief, place, person, trigger)
            raise AlreadyCast(error.character, wish.id, new.price) from error

    async def keep(self, brief: Brief, place: Place, person: str, trigger: str) -> Wanted:
        """A wish that keeps `brief` until somebody says yes or fills in a form; the same trigger keeps it once.

        What stood in it when its price was told stays, whatever the customs are by then.
        """
        settled = replace(brief, given=brief.given | FILLED)
        wish = Wanted(_id("w", place.team, trigger), place, person, settled)
        await self._rounds.keep_wish(wish)
        return wish

    async def hold(self, brief: Brief, place: Place, person: str, trigger: str) -> Held:
        """Keep a brief while a form is filled in; raises what opening it now would, so that nobody fills it in vain."""
        await self._permits.start(place, person)
        brief, caps = await self._by_customs(brief, place)
        price = self.price_of(brief, caps)
        caps.allow_round(price)
        return Held(await self.keep(brief, place, person, trigger), price)

    async def wish(self, wish_id: str, person: str) -> Wanted:
        """A wish of this person's own; raises KeyError for one nobody kept, NotYours."""
        wish = await self._rounds.wish(wish_id)
        if wish is None:
            raise KeyError(wish_id)
        if wish.person != person:
            raise NotYours("recast", wish.person)
        return wish

    async def accept(self, wish_id: str, person: str) -> Opened:
        """Open what was offered in place of what is not to be had; pressed twice it opens once."""
        wish = await self.wish(wish_id, person)
        return await self.open_round(wish.brief, wish.place, person, wish_id)

    async def open_like(self, wish_id: str, person: str, text: str, photo: bytes, consent: Consent | None) -> Opened:
        """Open a kept wish with a picture out of the form and the words as they were left there, once."""
        wish = await self.wish(wish_id, person)
        round_id = _id("r", wish.place.team, wish_id)
        brief = await self._likeness.kept(wish.brief.worded(text), photo, consent, round_id)
        return await self.open_round(brief, wish.place, person, wish_id)

    async def recast(self, wish_id: str, person: str) -> Opened:
        """Open the round a kept wish asks for; pressed twice it opens once. Raises KeyError for an unknown wish."""
        wish = await self.wish(wish_id, person)
        await self._permits.start(wish.place, person)
        brief, caps = await self._by_customs(wish.brief, wish.place)
        chosen = self._route(brief, caps)
        if chosen.asks:
            raise await self._unavailable(chosen, brief, wish.place, person, wish_id, caps)
        new = self._plan(chosen, brief, wish.place, person, _id("r", wish.place.team, wish_id), caps)
        return await self._open(new, recast=True)

    async def open_child(self, parent: Round, person: str) -> Opened:
        """A round for the parent's brief once more, in place of the parent; one parent has one child.

        Its price stood on the button, stand-ins included, so nothing is asked again.
        """
        await self._permits.spend(parent.place, person)
        brief, caps = parent.brief, await self.caps_in(parent.place)
        round_id = _id("r", parent.place.team, parent.id)
        new = self._plan(self._route(brief, caps), brief, parent.place, person, round_id, caps)
        return await self._open(replace(new, parent=parent.id, origin="rerolled"), recast=True)

    def price_of(self, brief: Brief, caps: Caps | None = None) -> Decimal:
        """What a round for `brief` is estimated to cost today, in dollars; raises as opening it would."""
        return estimate(self._route(brief, caps).models, brief.size, brief.references)

    async def caps_in(self, place: Place) -> Caps:
        """The caps that hold for rounds in `place`: Castroom's, or lower ones of its production."""
        return self._caps.under((await self._productions.of(place)).customs)

    async def begin(self, round_id: str) -> None:
        """Start the round's durable work; called again it does nothing."""
        await self._errands.start("round", round_id)

    async def _by_customs(self, brief: Brief, place: Place) -> tuple[Brief, Caps]:
        """`brief` with what it leaves open filled in, and the caps that hold where it is cast."""
        customs = (await self._productions.of(place)).customs
        return customs.over(brief), self._caps.under(customs)

    async def _open(self, new: Round, *, recast: bool) -> Opened:
        """The way to a round that is open already is told only to those who may see it: channels share productions."""
        try:
            return await self._rounds.open(new, self._caps, recast=recast)
        except AlreadyCasting as busy:
            where = (await self._rounds.get(busy.round_id)).place
            if where == new.place or await self._visibility.sees(new.lead, where):
                raise
            raise AlreadyCasting(busy.character, "") from busy

    def _route(self, brief: Brief, caps: Caps | None = None) -> Route:
        today = self._now().date()
        return route(brief, self._catalogue, today, self._health.available, (caps or self._caps).per_round)

    async def _unavailable(
        self, chosen: Route, brief: Brief, place: Place, person: str, trigger: str, caps: Caps
    ) -> Unavailable:
        """What could be cast instead, as far as it fits the round's cap, each kept as a wish."""
        offers = []
        for kind, models, changed in _alternatives(chosen, brief):
            price = self.price_of(changed, caps)
            if price <= caps.per_round:
                wish = await self.keep(changed, place, person, f"{trigger}:{kind}")
                offers.append(Offered(kind, tuple(m.title for m in models), price, wish.id))
        absent = chosen.reason.absent
        today = self._now().date()
        have = tuple(m.name for m in self._catalogue.models if self._catalogue.available(m, today))
        return Unavailable(tuple(a.title for a in absent), have, absent, tuple(offers))

    def _plan(
        self, chosen: Route, brief: Brief, place: Place, person: str, round_id: str, caps: Caps | None = None
    ) -> Round:
        now = self._now()
        prompt = Prompt.of(brief)
        slots = tuple(
            Slot(f"{round_id}-{n}", round_id, n, m.id, m.price(brief.size, brief.references), seed_of(round_id, n))
            for n, m in enumerate(chosen.models)
        )
        (caps or self._caps).allow_round(sum((s.price for s in slots), Decimal(0)))
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


def _alternatives(
    chosen: Route, brief: Brief
) -> Iterator[tuple[Literal["instead", "only"], tuple[ModelFacts, ...], Brief]]:
    """The round with its stand-ins, agreed to at today's price; and, where there is a rest, the rest alone."""
    price = estimate(chosen.models, brief.size, brief.references)
    yield "instead", chosen.distinct, replace(brief, agreed=price)
    if chosen.only:
        named = tuple(m.id for m in chosen.only)
        yield "only", chosen.only, replace(brief, models=named, given=brief.given | {"models"})


def seed_of(round_id: str, position: int) -> int:
    """A seed of 31 bits that is the same whenever it is asked for."""
    return int.from_bytes(sha256(f"{round_id}:{position}".encode()).digest()[:4]) >> 1


def _id(kind: str, team: str, trigger: str) -> str:
    """An opaque id that the same trigger yields again, so that a redelivery finds what is there."""
    return kind + sha256(f"{team}:{trigger}".encode()).hexdigest()[:20]
