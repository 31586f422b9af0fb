"""The form of a round: opened, priced while it is filled in, and sent."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Literal

import structlog

from bot.domain.brief import Brief, Consent, normalize_name
from bot.domain.catalogue import ModelSpec
from bot.domain.errors import (
    AlreadyCasting,
    BriefError,
    CastingError,
    FormErrors,
    NoModels,
    PriceIncreased,
    SlackUnavailable,
)
from bot.domain.face import Character
from bot.domain.ids import ChannelRef
from bot.domain.name_match import MAX_SIMILAR_NAMES, nearest
from bot.domain.production import ProductionSettings
from bot.domain.round_form import Draft
from bot.ports.clock import Now
from bot.ports.messaging import ChannelAccess, UserDirectory
from bot.ports.roster import RosterQuery
from bot.ports.rounds import RoundDraft, StartResult
from bot.ports.storage import StoragePorts
from bot.usecases.access import Permissions, visible_channels
from bot.usecases.quotes import Quote, Quotes
from bot.usecases.start_round import StartRound

log = structlog.get_logger()

# Seconds: of the three that Slack waits for an answer to a form.
_LOOKUP_TIMEOUT_SECONDS = 1.5
_MIN_SIMILARITY = 60.0
_MAX_SUGGESTIONS = 20
_MAX_QUERY_LENGTH = 200  # signs that suggestions are looked for by: more than any name has


@dataclass(frozen=True)
class RoundFormState:
    """A form before a person: its id, where its round goes, what stands in it, which models are to be had.

    `quote` is what it would come to now, or why it would not.
    """

    id: str
    place: ChannelRef
    draft: Draft
    models: tuple[ModelSpec, ...]
    quote: Quote | CastingError


@dataclass(frozen=True)
class NameSuggestion:
    """A name to be cast: new, cast before, being cast now, or known from another production."""

    name: str
    kind: Literal["new", "cast", "casting", "elsewhere"]


@dataclass(frozen=True)
class ValidatedForm:
    """A form that can be cast: its wish, and the brief in it."""

    round_draft: RoundDraft
    brief: Brief


@dataclass(frozen=True, slots=True)
class RoundForm:
    """Keeps forms. What a person leaves in one is Slack's; what they were told of its price is kept with the wish."""

    storage: StoragePorts
    channel_access: ChannelAccess
    user_directory: UserDirectory
    permissions: Permissions
    start_round: StartRound
    quotes: Quotes
    now: Now
    shortest_voting: timedelta

    async def create(
        self, place: ChannelRef, person: str, trigger: str, text: str = "", source_thread_ts: str = ""
    ) -> RoundFormState:
        """A form for a round in `place`, with `text` as its brief; raises Barred or NoModels where it were in vain."""
        await self.permissions.require_start(place, person)
        if not (models := self._available_models()):
            raise NoModels((), ())
        settings = (await self.storage.productions.get(place)).settings
        draft = Draft.from_settings(settings, _default_model_ids(settings, models), text, person, self.now())
        quote = await self._quote(draft, place)
        brief = Brief("", text, agreed_price=_price(quote))
        round_draft = await self.start_round.save_draft(
            brief, place, person, f"form:{trigger}", source_thread_ts=source_thread_ts
        )
        return RoundFormState(round_draft.id, place, draft, models, quote)

    async def reprice(self, form_id: str, person: str, draft: Draft, event_ts_us: int) -> RoundFormState | None:
        """The form with its price as it stands now; None where a touch with a later `stamp` (µs) was seen already."""
        round_draft = await self.start_round.get_draft(form_id, person)
        quote = await self._quote(draft, round_draft.place)
        is_newest = await self.storage.drafts.update(
            form_id, replace(round_draft.brief, agreed_price=_price(quote)), event_ts_us
        )
        return RoundFormState(form_id, round_draft.place, draft, self._available_models(), quote) if is_newest else None

    async def suggest_names(self, form_id: str, person: str, typed: str) -> Sequence[NameSuggestion]:
        """Characters of this production, then others the person may see, and the name as it is typed."""
        round_draft = await self.start_round.get_draft(form_id, person)
        typed = typed[:_MAX_QUERY_LENGTH]
        own, others = await self._similar_characters(typed, round_draft.place, person)
        found = [*map(_name_suggestion, own), *(NameSuggestion(c.name, "elsewhere") for c in others)]
        name = " ".join(typed.split())
        new = (
            [NameSuggestion(name, "new")]
            if name and normalize_name(name) not in {normalize_name(s.name) for s in found}
            else []
        )
        return [*new, *found][:_MAX_SUGGESTIONS]

    async def suggest_faces(self, form_id: str, person: str, typed: str) -> Sequence[str]:
        """Names of the faces that a portrait can be drawn after."""
        round_draft = await self.start_round.get_draft(form_id, person)
        own, others = await self._similar_characters(typed[:_MAX_QUERY_LENGTH], round_draft.place, person, cast=True)
        return [c.name for c in (*own, *others)][:_MAX_SUGGESTIONS]

    async def validate(self, form_id: str, person: str, draft: Draft) -> ValidatedForm:
        """The brief in a form, looked at from all sides before anything is opened or fetched.

        Raises Unready, Dearer, AlreadyCasting, Barred, BriefError, NoModels, OverBudget.
        """
        round_draft = await self.start_round.get_draft(form_id, person)
        await self.permissions.require_start(round_draft.place, person)
        if started_brief := await self._started_brief(round_draft):
            return ValidatedForm(round_draft, started_brief)
        brief = draft.to_brief(self.now(), self.shortest_voting)
        if errors := await self._unknown_people(draft, person, round_draft.place):
            raise FormErrors(errors)
        quote = await self.quotes.quote(brief, round_draft.place)
        await self._confirm_price(round_draft, quote)
        await self._require_not_casting(brief.name, round_draft)
        lead = draft.lead if draft.lead != person else ""
        return ValidatedForm(replace(round_draft, lead=lead), replace(brief, agreed_price=quote.price))

    async def submit(self, form: ValidatedForm) -> StartResult:
        """Open the round of a form, once however often it is sent; raises as opening does, AlreadyCast with a wish."""
        return await self.start_round.start_from_draft(form.round_draft, form.brief)

    async def submit_with_photo(self, form: ValidatedForm, photo: bytes, consent: Consent | None) -> StartResult:
        """The same after an attached picture; raises BriefError for a bad one."""
        brief = await self.start_round.attach_reference(form.round_draft, form.brief, photo, consent)
        return await self.start_round.start_from_draft(form.round_draft, brief)

    def _available_models(self) -> tuple[ModelSpec, ...]:
        """Each model once, by the account that would draw it, if it answers."""
        catalogue = self.quotes.catalogue
        available = [m for m in catalogue.models if self.quotes.is_available(m)]
        by_family = {
            m.family: next(s for s in catalogue.models_in_family(m.family) if s in available) for m in available
        }
        return tuple(by_family.values())

    async def _quote(self, draft: Draft, place: ChannelRef) -> Quote | CastingError:
        try:
            return await self.quotes.quote(draft.for_estimate(self.now(), self.shortest_voting), place)
        except CastingError as error:
            return error

    async def _confirm_price(self, round_draft: RoundDraft, quote: Quote) -> None:
        """Words can choose dearer models than the form said; what it says now counts as said when it is sent again."""
        shown_price = round_draft.brief.agreed_price or Decimal(0)
        if quote.price <= shown_price:
            return
        await self.storage.drafts.update(round_draft.id, replace(round_draft.brief, agreed_price=quote.price), None)
        titles = tuple(dict.fromkeys(self.quotes.catalogue.by_id(m).title for m in quote.models))
        raise PriceIncreased(quote.price, shown_price, titles)

    async def _started_brief(self, round_draft: RoundDraft) -> Brief | None:
        """What the form was sent for already: sent again, it is its round that counts."""
        try:
            return (await self.storage.rounds.get(self.start_round.round_id_for(round_draft))).brief
        except KeyError:
            return None

    async def _require_not_casting(self, name: str, round_draft: RoundDraft) -> None:
        """By another round than the form's own, which a second press finds."""
        own, _ = await self._split_by_production(
            await self.storage.roster.by_name(round_draft.place.team, name), round_draft.place
        )
        for character in own:
            if character.open_round_id not in (None, self.start_round.round_id_for(round_draft)):
                raise AlreadyCasting(character.name, character.open_round_id or "")

    async def _unknown_people(self, draft: Draft, person: str, place: ChannelRef) -> dict[str, CastingError]:
        """People in the form who could not do what it asks of them, as far as Slack tells in time."""
        to_check = {one for one in (draft.lead, *draft.voters) if one not in ("", person)}
        unknown: set[str] = set()
        try:
            async with asyncio.timeout(_LOOKUP_TIMEOUT_SECONDS), asyncio.TaskGroup() as tasks:
                for one in to_check:
                    tasks.create_task(self._check_person(one, place, unknown))
        except TimeoutError:
            log.warning("user_lookup_timeout", people=len(to_check))
        errors: dict[str, CastingError] = {}
        if draft.lead in unknown:
            errors["lead"] = BriefError("lead", "stranger", "1")
        if unknown_voters := unknown & set(draft.voters):
            errors["voters"] = BriefError("voters", "stranger", f"{len(unknown_voters)}", limit=len(draft.voters))
        return errors

    async def _check_person(self, person: str, place: ChannelRef, unknown: set[str]) -> None:
        try:
            user = await self.user_directory.get_user(place.team, person)
        except SlackUnavailable:
            return
        if not user.is_human or user.is_deactivated or not await self.channel_access.can_see(person, place):
            unknown.add(person)

    async def _similar_characters(
        self, typed: str, place: ChannelRef, person: str, *, cast: bool = False
    ) -> tuple[list[Character], list[Character]]:
        """Who is called so: in this production, and in others that the person may see; only faces where `cast`."""
        sections = await self.storage.roster.sections(place.team)
        production_id = (await self.storage.productions.get(place)).id
        visible = await visible_channels(self.channel_access, {section.place for section in sections}, person, place)
        own_query = RosterQuery(
            tuple(s.place for s in sections if s.production_id == production_id), production_id, only_with_face=cast
        )
        matches = [
            c
            for c in await self.storage.roster.similar_names(place.team, typed, MAX_SIMILAR_NAMES)
            if c.production_id == production_id or c.place in visible
        ]
        nearest_matches = nearest(typed, matches, _MAX_SUGGESTIONS, _MIN_SIMILARITY)
        similar = [
            c
            for c in await self.storage.roster.get_many(list({c.character_id: c for c in nearest_matches}))
            if c.face or not cast
        ]
        own = {
            c.id: c for c in (*await self._by_prefix(typed, own_query), *similar) if c.production_id == production_id
        }
        others = {
            c.id: c for c in (*await self._by_prefix(typed, RosterQuery(tuple(visible), only_with_face=cast)), *similar)
        }
        return list(own.values()), [c for c in others.values() if c.production_id != production_id]

    async def _by_prefix(self, typed: str, query: RosterQuery) -> Sequence[Character]:
        """Those whose names begin so, everybody while nothing is typed: enough, even if half are of this production."""
        return (await self.storage.roster.page(replace(query, name_prefix=typed), 2 * _MAX_SUGGESTIONS, 0)).characters

    async def _split_by_production(
        self, known: Sequence[Character], place: ChannelRef
    ) -> tuple[list[Character], list[Character]]:
        """Those of the production that `place` casts for, and the others."""
        production = await self.storage.productions.get(place)
        own = [c for c in known if c.place == place or (production.id and c.production_id == production.id)]
        return own, [c for c in known if c not in own]


def _name_suggestion(character: Character) -> NameSuggestion:
    return NameSuggestion(character.name, "casting" if character.open_round_id else "cast")


def _default_model_ids(settings: ProductionSettings, models: Sequence[ModelSpec]) -> tuple[str, ...]:
    """The exact ids of a production's usual models, as far as they are to be had."""
    return tuple(m.id for m in models if {m.name, m.wire_id, m.id} & set(settings.models))


def _price(quote: Quote | CastingError) -> Decimal | None:
    return quote.price if isinstance(quote, Quote) else None
