"""The form of a round: opened, priced while it is filled in, and sent."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Literal

import structlog

from bot.brief import Brief, Consent, fold
from bot.catalogue import Catalogue, ModelFacts
from bot.draft import Draft
from bot.errors import AlreadyCasting, BriefError, CastingError, Dearer, NoModels, Unreachable, Unready
from bot.face import Character, Place
from bot.opening import Opening, Quote
from bot.permits import Permits
from bot.ports import Clock, Health, Opened, People, Productions, Roster, Rounds, Search, Visibility, Wanted
from bot.production import Customs
from bot.recall import LIKELY, Recall, nearest

log = structlog.get_logger()

# Seconds: of the three that Slack waits for an answer to a form.
_PATIENCE = 1.5
_LIKE_ENOUGH = 60.0
_MOST_SUGGESTED = 20
_MOST_TYPED = 200  # signs that suggestions are looked for by: more than any name has


@dataclass(frozen=True)
class Form:
    """A form before a person: its id, where its round goes, what stands in it, which models are to be had.

    `quote` is what it would come to now, or why it would not.
    """

    id: str
    place: Place
    draft: Draft
    models: tuple[ModelFacts, ...]
    quote: Quote | CastingError


@dataclass(frozen=True)
class Suggested:
    """A name to be cast: new, cast before, being cast now, or known from another production."""

    name: str
    kind: Literal["new", "cast", "casting", "elsewhere"]


@dataclass(frozen=True)
class Ready:
    """A form that can be cast: its wish, and the brief in it."""

    wish: Wanted
    brief: Brief


class Drafting:
    """Keeps forms. What a person leaves in one is Slack's; what they were told of its price is kept with the wish."""

    def __init__(
        self,
        rounds: Rounds,
        roster: Roster,
        productions: Productions,
        visibility: Visibility,
        people: People,
        permits: Permits,
        opening: Opening,
        recall: Recall,
        catalogue: Catalogue,
        health: Health,
        now: Clock,
        shortest_voting: timedelta,
    ) -> None:
        self._rounds = rounds
        self._roster = roster
        self._productions = productions
        self._visibility = visibility
        self._people = people
        self._permits = permits
        self._opening = opening
        self._recall = recall
        self._catalogue = catalogue
        self._health = health
        self._now = now
        self._shortest_voting = shortest_voting

    async def begin(self, place: Place, person: str, trigger: str, text: str = "", asked_in: str = "") -> Form:
        """A form for a round in `place`, with `text` as its brief; raises Barred or NoModels where it were in vain."""
        await self._permits.start(place, person)
        if not (models := self._to_be_had()):
            raise NoModels((), ())
        customs = (await self._productions.of(place)).customs
        draft = Draft.of(customs, _ids(customs, models), text, person, self._now())
        quote = await self._quote(draft, place)
        held = Brief("", text, agreed=_price(quote))
        wish = await self._opening.keep(held, place, person, f"form:{trigger}", asked_in=asked_in)
        return Form(wish.id, place, draft, models, quote)

    async def touched(self, form_id: str, person: str, draft: Draft, stamp: int) -> Form | None:
        """The form with its price as it stands now; None where a touch with a later `stamp` (µs) was seen already."""
        wish = await self._opening.wish(form_id, person)
        quote = await self._quote(draft, wish.place)
        newest = await self._rounds.revise_wish(form_id, replace(wish.brief, agreed=_price(quote)), stamp)
        return Form(form_id, wish.place, draft, self._to_be_had(), quote) if newest else None

    async def suggest(self, form_id: str, person: str, typed: str) -> Sequence[Suggested]:
        """Characters of this production, then others the person may see, and the name as it is typed."""
        wish = await self._opening.wish(form_id, person)
        typed = typed[:_MOST_TYPED]
        own, others = await self._like(typed, wish.place, person)
        found = [*map(_suggested, own), *(Suggested(c.name, "elsewhere") for c in others)]
        name = " ".join(typed.split())
        new = [Suggested(name, "new")] if name and fold(name) not in {fold(s.name) for s in found} else []
        return [*new, *found][:_MOST_SUGGESTED]

    async def faces(self, form_id: str, person: str, typed: str) -> Sequence[str]:
        """Names of the faces that a portrait can be drawn after."""
        wish = await self._opening.wish(form_id, person)
        own, others = await self._like(typed[:_MOST_TYPED], wish.place, person, cast=True)
        return [c.name for c in (*own, *others)][:_MOST_SUGGESTED]

    async def ready(self, form_id: str, person: str, draft: Draft) -> Ready:
        """The brief in a form, looked at from all sides before anything is opened or fetched.

        Raises Unready, Dearer, AlreadyCasting, Barred, BriefError, NoModels, OverBudget.
        """
        wish = await self._opening.wish(form_id, person)
        await self._permits.start(wish.place, person)
        if opened := await self._opened(wish):
            return Ready(wish, opened)
        brief = draft.brief(self._now(), self._shortest_voting)
        if wrong := await self._strangers(draft, person, wish.place):
            raise Unready(wrong)
        quote = await self._opening.quote(brief, wish.place)
        await self._agree(wish, quote)
        await self._must_not_be_cast_now(brief.name, wish)
        lead = draft.lead if draft.lead != person else ""
        return Ready(replace(wish, lead=lead), replace(brief, agreed=quote.price))

    async def open(self, ready: Ready) -> Opened:
        """Open the round of a form, once however often it is sent; raises as opening does, AlreadyCast with a wish."""
        return await self._opening.open_wish(ready.wish, ready.brief)

    async def open_like(self, ready: Ready, picture: bytes, consent: Consent | None) -> Opened:
        """The same after an attached picture; raises BriefError for a bad one."""
        brief = await self._opening.liking(ready.wish, ready.brief, picture, consent)
        return await self._opening.open_wish(ready.wish, brief)

    def _to_be_had(self) -> tuple[ModelFacts, ...]:
        """Each model once, by the account that would draw it, if it answers."""
        today, catalogue = self._now().date(), self._catalogue
        have = [m for m in catalogue.models if catalogue.available(m, today) and self._health.available(m.id)]
        first = {m.family: next(s for s in catalogue.family(m.family) if s in have) for m in have}
        return tuple(first.values())

    async def _quote(self, draft: Draft, place: Place) -> Quote | CastingError:
        try:
            return await self._opening.quote(draft.rough(self._now(), self._shortest_voting), place)
        except CastingError as error:
            return error

    async def _agree(self, wish: Wanted, quote: Quote) -> None:
        """Words can choose dearer models than the form said; what it says now counts as said when it is sent again."""
        shown = wish.brief.agreed or Decimal(0)
        if quote.price <= shown:
            return
        await self._rounds.revise_wish(wish.id, replace(wish.brief, agreed=quote.price), None)
        titles = tuple(dict.fromkeys(self._catalogue.of(m).title for m in quote.models))
        raise Dearer(quote.price, shown, titles)

    async def _opened(self, wish: Wanted) -> Brief | None:
        """What the form was sent for already: sent again, it is its round that counts."""
        try:
            return (await self._rounds.get(self._opening.round_of(wish))).brief
        except KeyError:
            return None

    async def _must_not_be_cast_now(self, name: str, wish: Wanted) -> None:
        """By another round than the form's own, which a second press finds."""
        own, _ = await self._split(await self._roster.named(wish.place.team, name), wish.place)
        for character in own:
            if character.open_round not in (None, self._opening.round_of(wish)):
                raise AlreadyCasting(character.name, character.open_round or "")

    async def _strangers(self, draft: Draft, person: str, place: Place) -> dict[str, CastingError]:
        """People in the form who could not do what it asks of them, as far as Slack tells in time."""
        asked = {one for one in (draft.lead, *draft.voters) if one not in ("", person)}
        away: set[str] = set()
        try:
            async with asyncio.timeout(_PATIENCE), asyncio.TaskGroup() as looks:
                for one in asked:
                    looks.create_task(self._look_for(one, place, away))
        except TimeoutError:
            log.warning("not_looked_for", people=len(asked))
        wrong: dict[str, CastingError] = {}
        if draft.lead in away:
            wrong["lead"] = BriefError("lead", "stranger", "1")
        if gone := away & set(draft.voters):
            wrong["voters"] = BriefError("voters", "stranger", f"{len(gone)}", limit=len(draft.voters))
        return wrong

    async def _look_for(self, person: str, place: Place, away: set[str]) -> None:
        try:
            member = await self._people.who(place.team, person)
        except Unreachable:
            return
        if not member.human or member.gone or not await self._visibility.sees(person, place):
            away.add(person)

    async def _like(
        self, typed: str, place: Place, person: str, *, cast: bool = False
    ) -> tuple[list[Character], list[Character]]:
        """Who is called so: in this production, and in others that the person may see; only faces where `cast`."""
        shelves = await self._roster.shelves(place.team)
        here = (await self._productions.of(place)).id
        seen = await self._recall.seen({shelf.place for shelf in shelves}, person, place)
        ours = Search(tuple(s.place for s in shelves if s.production == here), here, cast=cast)
        called = [
            c for c in await self._roster.like(place.team, typed, LIKELY) if c.production == here or c.place in seen
        ]
        near = nearest(typed, called, _MOST_SUGGESTED, _LIKE_ENOUGH)
        spelt = [c for c in await self._roster.some(list({c.character_id: c for c in near})) if c.face or not cast]
        own = {c.id: c for c in (*await self._begun(typed, ours), *spelt) if c.production == here}
        others = {c.id: c for c in (*await self._begun(typed, Search(tuple(seen), cast=cast)), *spelt)}
        return list(own.values()), [c for c in others.values() if c.production != here]

    async def _begun(self, typed: str, search: Search) -> Sequence[Character]:
        """Those whose names begin so, everybody while nothing is typed: enough, even if half are of this production."""
        return (await self._roster.page(replace(search, begins=typed), 2 * _MOST_SUGGESTED, 0)).characters

    async def _split(self, known: Sequence[Character], place: Place) -> tuple[list[Character], list[Character]]:
        """Those of the production that `place` casts for, and the others."""
        production = await self._productions.of(place)
        own = [c for c in known if c.place == place or (production.id and c.production == production.id)]
        return own, [c for c in known if c not in own]


def _suggested(character: Character) -> Suggested:
    return Suggested(character.name, "casting" if character.open_round else "cast")


def _ids(customs: Customs, models: Sequence[ModelFacts]) -> tuple[str, ...]:
    """The exact ids of a production's usual models, as far as they are to be had."""
    return tuple(m.id for m in models if {m.name, m.wire_id, m.id} & set(customs.models))


def _price(quote: Quote | CastingError) -> Decimal | None:
    return quote.price if isinstance(quote, Quote) else None
