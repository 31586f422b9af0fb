"""How a round begins: models chosen, price reserved, round and empty slots written; money is spent later."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Literal

from bot import logs
from bot.brief import Brief, Consent
from bot.budget import Caps, estimate
from bot.catalogue import Catalogue, ModelFacts, Size
from bot.errors import AlreadyCast, AlreadyCasting, CastingError, NotYours, Offered, Unavailable
from bot.face import Place, Release
from bot.likeness import Likeness
from bot.permits import Permits
from bot.ports import Clock, Errands, Health, Opened, Productions, Rounds, Visibility, Wanted
from bot.production import FILLED
from bot.prompt import Prompt
from bot.round import RECAST, Reason, Round
from bot.routing import Route, route
from bot.slot import Slot


@dataclass(frozen=True)
class Held:
    """A kept wish, and what its round is estimated to cost, in dollars."""

    wish: Wanted
    price: Decimal


@dataclass(frozen=True)
class Quote:
    """A round as it would be now: who draws (exact ids, one a slot), why, and what it costs at most, in dollars.

    `other` is its price at the other size, None where nothing can be had at that.
    """

    models: tuple[str, ...]
    reason: Reason
    price: Decimal
    other: Decimal | None


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

    async def open_round(
        self, brief: Brief, place: Place, person: str, trigger: str, *, lead: str = "", asked_in: str = ""
    ) -> Opened:
        """Reserve and save a round for `brief`; the same trigger opens it once.

        `lead` leads it, where that is somebody else; a thread it was `asked_in` is told where it is.

        Raises Barred, BriefError, NoModels, OverBudget, AlreadyCasting; AlreadyCast and Unavailable with wishes that
        keep what could be cast after a yes.
        """
        await self._permits.start(place, person)
        await self._permits.vote(place, brief.voters)
        brief, caps = await self._by_customs(brief, place)
        brief = await self._likeness.found(brief, person, place)
        chosen = _as_usual(brief, self._route(brief, caps))
        wanted = Wanted(_id("r", place.team, trigger), place, person, brief, lead, asked_in)
        if chosen.asks:
            raise await self._unavailable(chosen, wanted, trigger, caps)
        new = self._plan(chosen, wanted, caps)
        try:
            return await self._open(new, recast=False)
        except AlreadyCast as error:
            wish = await self.keep(brief, place, person, trigger, lead=lead, asked_in=asked_in)
            raise AlreadyCast(error.character, wish.id, new.price) from error

    async def keep(
        self, brief: Brief, place: Place, person: str, trigger: str, *, lead: str = "", asked_in: str = ""
    ) -> Wanted:
        """A wish that keeps `brief` until somebody says yes or fills in a form; the same trigger keeps it once.

        What stood in it when its price was told stays, whatever the customs are by then.
        """
        settled = replace(brief, given=brief.given | FILLED)
        wish = Wanted(_wish_id(place, trigger, brief), place, person, settled, lead, asked_in)
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
        """Open what was offered in place of what is not to be had; pressed twice it opens once.

        Raises KeyError for an unknown wish, and for a form that nobody has filled in yet.
        """
        wish = await self._whole(wish_id, person)
        return await self.open_wish(wish, wish.brief)

    async def open_wish(self, wish: Wanted, brief: Brief) -> Opened:
        """Open a round for `brief` where the wish was made, led as it says; one wish opens one round."""
        return await self.open_round(brief, wish.place, wish.person, wish.id, lead=wish.lead, asked_in=wish.asked_in)

    async def open_like(self, wish_id: str, person: str, text: str, photo: bytes, consent: Consent | None) -> Opened:
        """Open a kept wish with a picture out of the form and the words as they were left there, once."""
        wish = await self.wish(wish_id, person)
        return await self.open_wish(wish, await self.liking(wish, wish.brief.worded(text), photo, consent))

    def round_of(self, wish: Wanted) -> str:
        """The id of the round that a wish opens."""
        return opened_by(wish.place.team, wish.id)

    async def liking(self, wish: Wanted, brief: Brief, photo: bytes, consent: Consent | None) -> Brief:
        """`brief` with an attached picture, kept for the round that the wish opens; raises BriefError."""
        return await self._likeness.kept(brief, photo, consent, self.round_of(wish))

    async def recast(self, wish_id: str, person: str) -> Opened:
        """Open the round a kept wish asks for; pressed twice it opens once. Raises KeyError as `accept` does."""
        wish = await self._whole(wish_id, person)
        await self._permits.start(wish.place, person)
        brief, caps = await self._by_customs(wish.brief, wish.place)
        chosen = self._route(brief, caps)
        if chosen.asks:
            raise await self._unavailable(chosen, replace(wish, brief=brief), wish_id, caps)
        new = self._plan(chosen, replace(wish, id=_id("r", wish.place.team, wish_id), brief=brief), caps)
        return await self._open(new, recast=True)

    async def open_child(self, parent: Round, person: str, refined: Brief | None = None) -> Opened:
        """A round for the parent's brief once more, or `refined`, in place of the parent; one parent has one child.

        Its price stood on the button, stand-ins included, so nothing is asked again. Raises RoundClosed where the
        parent has ended without one.
        """
        await self._permits.spend(parent.place, person)
        if child := await self.child(parent):
            return Opened(child, fresh=False)
        parent.must_take_more("reroll")
        brief, origin = refined or parent.brief, "refined" if refined else "rerolled"
        caps = await self.caps_in(parent.place)
        new = self._plan(self._route(brief, caps), Wanted(child_id(parent), parent.place, person, brief), caps)
        return await self._open(replace(new, parent=parent.id, origin=origin), recast=True)

    async def child(self, parent: Round) -> Round | None:
        """The round that took a re-rolled or refined one's place."""
        try:
            return await self._rounds.get(child_id(parent))
        except KeyError:
            return None

    async def told(self, brief: Brief, parent: Round, person: str, price: Decimal) -> bool:
        """Whether the person was told before what these words cost; from now on they were."""
        trigger = f"{parent.id}:{price}:{brief.text}"
        agreed = replace(brief, agreed=price)
        if await self._rounds.wish(_wish_id(parent.place, trigger, agreed)):
            return True
        await self.keep(agreed, parent.place, person, trigger)
        return False

    async def open_recast(
        self, face_round: Round, brief: Brief, person: str, key: str, because: str, release: Release | None
    ) -> Opened:
        """A round that casts a face anew, with `release` unlocking it at once; the same `key` opens it once.

        Its price stood in the form, stand-ins included, so nothing is asked again. Raises as `open_round` does.
        """
        place = face_round.place
        await self._permits.start(place, person)
        caps = await self.caps_in(place)
        new = self._plan(self._route(brief, caps), Wanted(self.recast_id(face_round, key), place, person, brief), caps)
        new = replace(new, parent=face_round.id, origin=RECAST, because=because)
        return await self._open(new, recast=True, release=release)

    def recast_id(self, face_round: Round, key: str) -> str:
        """The id a re-cast with this `key` has, or would have."""
        return _id("r", face_round.place.team, f"{face_round.id}:{key}")

    def affordable(self, brief: Brief, caps: Caps) -> Decimal:
        """The price of a round for `brief` under `caps`, in dollars; raises what opening it now would."""
        price = self.price_of(brief, caps)
        caps.allow_round(price)
        return price

    def price_of(self, brief: Brief, caps: Caps | None = None) -> Decimal:
        """What a round for `brief` is estimated to cost today, in dollars; raises as opening it would."""
        return estimate(self._route(brief, caps).models, brief.size, brief.references)

    async def caps_in(self, place: Place) -> Caps:
        """The caps that hold for rounds in `place`: Castroom's, or lower ones of its production."""
        return self._caps.under((await self._productions.of(place)).customs)

    async def quote(self, brief: Brief, place: Place) -> Quote:
        """Who would draw `brief` in `place` and for how much; raises BriefError, NoModels, OverBudget."""
        brief, caps = await self._by_customs(brief, place)
        found = self._route(brief, caps)
        price = estimate(found.models, brief.size, brief.references)
        caps.allow_round(price)
        other = Size.DRAFT if brief.size is Size.FOUR_K else Size.FOUR_K
        try:
            instead = self.price_of(replace(brief, size=other), caps)
        except CastingError:
            instead = None
        return Quote(tuple(m.id for m in found.models), found.reason, price, instead)

    async def begin(self, round_id: str) -> None:
        """Start the round's durable work; called again it does nothing."""
        logs.about(round_id)
        await self._errands.start("round", round_id)

    async def _whole(self, wish_id: str, person: str) -> Wanted:
        """A wish with all that a round needs."""
        wish = await self.wish(wish_id, person)
        if not wish.brief.name:
            raise KeyError(wish_id)
        return wish

    async def _by_customs(self, brief: Brief, place: Place) -> tuple[Brief, Caps]:
        """`brief` with what it leaves open filled in, and the caps that hold where it is cast."""
        customs = (await self._productions.of(place)).customs
        filled = customs.over(brief)
        if "models" not in brief.given:
            filled = replace(filled, models=self._usable(filled))
        return filled, self._caps.under(customs)

    def _usable(self, brief: Brief) -> tuple[str, ...]:
        """A production's usual models as far as they can draw this; with none left the brief's words choose."""
        today, usual = self._now().date(), [(name, self._catalogue.named(name)) for name in brief.models]
        can = [(name, m) for name, m in usual if m and m.references >= brief.references]
        return tuple(name for name, m in can if self._catalogue.available(m, today))

    async def _open(self, new: Round, *, recast: bool, release: Release | None = None) -> Opened:
        """The way to a round that is open already is told only to those who may see it: channels share productions."""
        try:
            return await self._rounds.open(new, self._caps, recast=recast, release=release)
        except AlreadyCasting as busy:
            where = (await self._rounds.get(busy.round_id)).place
            if where == new.place or await self._visibility.sees(new.starter, where):
                raise
            raise AlreadyCasting(busy.character, "") from busy

    def _route(self, brief: Brief, caps: Caps | None = None) -> Route:
        today = self._now().date()
        return route(brief, self._catalogue, today, self._health.available, (caps or self._caps).per_round)

    async def _unavailable(self, chosen: Route, wanted: Wanted, trigger: str, caps: Caps) -> Unavailable:
        """What could be cast instead, as far as it fits the round's cap, each kept as a wish."""
        brief, told = wanted.brief, {"lead": wanted.lead, "asked_in": wanted.asked_in}
        offers = []
        for kind, models, changed in _alternatives(chosen, brief):
            price = self.price_of(changed, caps)
            if price <= caps.per_round:
                wish = await self.keep(changed, wanted.place, wanted.person, f"{trigger}:{kind}", **told)
                offers.append(Offered(kind, tuple(m.title for m in models), price, wish.id))
        absent = chosen.reason.absent
        today = self._now().date()
        have = tuple(m.name for m in self._catalogue.models if self._catalogue.available(m, today))
        return Unavailable(tuple(a.title for a in absent), have, absent, tuple(offers))

    def _plan(self, chosen: Route, wanted: Wanted, caps: Caps) -> Round:
        """The round that `wanted` becomes, under its id."""
        now, brief, round_id = self._now(), wanted.brief, wanted.id
        led = wanted.lead not in ("", wanted.person)
        prompt = Prompt.of(brief)
        slots = tuple(
            Slot(f"{round_id}-{n}", round_id, n, m.id, m.price(brief.size, brief.references), seed_of(round_id, n))
            for n, m in enumerate(chosen.models)
        )
        caps.allow_round(sum((s.price for s in slots), Decimal(0)))
        return Round(
            id=round_id,
            place=wanted.place,
            character_id="",
            lead=wanted.lead or wanted.person,
            brief=brief,
            prompt=prompt.text,
            prompt_version=prompt.version,
            reason=chosen.reason,
            order_seed=seed_of(round_id, -1),
            opened_at=now,
            patience_until=now + timedelta(seconds=self._patience[brief.size]),
            asked_by=wanted.person if led else "",
            asked_in=wanted.asked_in,
            slots=slots,
        )


def _as_usual(brief: Brief, found: Route) -> Route:
    """Models that nobody asked for by name, since they are the usual ones of the production, are told as that."""
    if "models" in brief.given or found.reason.kind != "named":
        return found
    return replace(found, reason=replace(found.reason, kind="usual"))


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


def opened_by(team: str, wish_id: str) -> str:
    """The id of the round that a wish of this workspace opens."""
    return _id("r", team, wish_id)


def child_id(parent: Round) -> str:
    """The id of the one round that may take this one's place."""
    return _id("r", parent.place.team, parent.id)


def _wish_id(place: Place, trigger: str, brief: Brief) -> str:
    """The same for the same words and trigger, whichever options of the brief were typed."""
    return _id("w", place.team, trigger, replace(brief, given=frozenset()))


def _id(kind: str, team: str, trigger: str, *more: object) -> str:
    """An opaque id that the same trigger yields again, so that a redelivery finds what is there."""
    return kind + sha256(":".join([team, trigger, *map(repr, more)]).encode()).hexdigest()[:20]
