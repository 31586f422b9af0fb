"""The round form: created, repriced while a person fills it in, and submitted."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

import structlog

from bot.domain.brief import Brief, Consent
from bot.domain.catalogue import ModelSpec
from bot.domain.errors import AlreadyCasting, BriefError, CastingError, FormErrors, NoModels, PriceIncreased
from bot.domain.face import Character
from bot.domain.ids import ChannelRef
from bot.domain.name_match import MAX_SIMILAR_NAMES, nearest
from bot.domain.names import normalize_name, visible_name
from bot.domain.round_form import Draft
from bot.domain.service_errors import SlackUnavailable
from bot.ports.roster import RosterQuery
from bot.ports.rounds import RoundDraft, StartResult
from bot.usecases.access import visible_channels
from bot.usecases.quotes import Quote
from bot.usecases.start_round import StartingUseCase

log = structlog.get_logger()

# Seconds; Slack waits three for an answer to a form.
_LOOKUP_TIMEOUT_SECONDS = 1.5
_EMPTY = Brief("", "")
_MIN_SIMILARITY = 60.0
_MAX_SUGGESTIONS = 20
_MAX_QUERY_LENGTH = 200  # characters; longer than any name


@dataclass(frozen=True)
class RoundFormState:
    """A form as a person sees it: its id, the channel of its round, the contents, and the available models.

    `quote` is the price now, or the error that prevents the round.
    """

    id: str
    place: ChannelRef
    draft: Draft
    models: tuple[ModelSpec, ...]
    quote: Quote | CastingError


@dataclass(frozen=True)
class NameSuggestion:
    """A suggested name: new, cast before, being cast now, or of another production."""

    name: str
    kind: Literal["new", "cast", "casting", "elsewhere"]


@dataclass(frozen=True)
class ValidatedForm:
    """A form that can start a round: its stored draft and the brief."""

    round_draft: RoundDraft
    brief: Brief


@dataclass(frozen=True, slots=True)
class RoundForm(StartingUseCase):
    """Creates, reprices and submits forms. Slack holds the input; the draft stores the price that the person saw."""

    async def create(
        self, place: ChannelRef, person: str, trigger: str, brief: Brief = _EMPTY, source_thread_ts: str = ""
    ) -> RoundFormState:
        """Create a form for a round in `place`, filled in with `brief` and the production's settings.

        Raises PermissionDenied, NoModels; for a brief with a name also what would prevent its round now.
        """
        await self.permissions.require_start(place, person)
        if not self._available_models():
            raise NoModels((), ())
        filled, _ = await self.quotes.apply_settings(brief, place)
        draft = Draft.from_brief(filled, await self._model_ids(filled, place), person, self.ports.now())
        quote = await self._quote(draft, place)
        if brief.name and isinstance(quote, CastingError):
            raise quote
        priced = Brief("", brief.text, agreed_price=_price(quote))
        unsaved = RoundDraft("", place, person, priced, source_thread_ts=source_thread_ts)
        round_draft = await self.start_round.save_draft(unsaved, f"form:{trigger}")
        return RoundFormState(round_draft.id, place, draft, self._available_models(draft.models), quote)

    async def reprice(self, form_id: str, person: str, draft: Draft, event_ts_us: int) -> RoundFormState | None:
        """Return the form with its current price; None if a later `event_ts_us` was seen already."""
        round_draft = await self.start_round.get_draft(form_id, person)
        quote = await self._quote(draft, round_draft.place)
        is_newest = await self.storage.drafts.update(
            form_id, replace(round_draft.brief, agreed_price=_price(quote)), event_ts_us
        )
        models = self._available_models(draft.models)
        return RoundFormState(form_id, round_draft.place, draft, models, quote) if is_newest else None

    async def suggest_names(self, form_id: str, person: str, typed: str) -> Sequence[NameSuggestion]:
        """List characters of this production, then others that the person may see, and the typed name."""
        round_draft = await self.start_round.get_draft(form_id, person)
        typed = typed[:_MAX_QUERY_LENGTH]
        own, others = await self._similar_characters(typed, round_draft.place, person)
        found = [NameSuggestion(c.name, "casting" if c.open_round_id else "cast") for c in own]
        found += [NameSuggestion(c.name, "elsewhere") for c in others]
        name = visible_name(typed)
        if name and normalize_name(name) not in {normalize_name(s.name) for s in found}:
            found = [NameSuggestion(name, "new"), *found]
        return found[:_MAX_SUGGESTIONS]

    async def suggest_faces(self, form_id: str, person: str, typed: str) -> Sequence[str]:
        """List names of faces that can be a reference."""
        round_draft = await self.start_round.get_draft(form_id, person)
        own, others = await self._similar_characters(typed[:_MAX_QUERY_LENGTH], round_draft.place, person, cast=True)
        return [c.name for c in (*own, *others)][:_MAX_SUGGESTIONS]

    async def validate(self, form_id: str, person: str, draft: Draft) -> ValidatedForm:
        """Check everything before the round starts or a photo is downloaded.

        Raises FormErrors, PriceIncreased, AlreadyCasting, PermissionDenied, BriefError, NoModels, OverBudget.
        """
        round_draft = await self.start_round.get_draft(form_id, person)
        await self.permissions.require_start(round_draft.place, person)
        if started := await self.start_round.find(self.start_round.round_id_for(round_draft)):
            return ValidatedForm(round_draft, started.brief)
        brief = draft.to_brief(self.ports.now(), self.ports.shortest_voting)
        if errors := await self._unknown_people(draft, person, round_draft.place):
            raise FormErrors(errors)
        quote = await self.quotes.quote(brief, round_draft.place)
        await self._confirm_price(round_draft, quote)
        await self._require_not_casting(brief.name, round_draft)
        lead = draft.lead if draft.lead != person else ""
        return ValidatedForm(replace(round_draft, lead=lead), replace(brief, agreed_price=quote.price))

    async def submit(self, form: ValidatedForm) -> StartResult:
        """Start the round of a form, once; raises what StartRound.start raises."""
        return await self.start_round.start_from_draft(form.round_draft, form.brief)

    async def submit_with_photo(self, form: ValidatedForm, photo: bytes, consent: Consent | None) -> StartResult:
        """Attach a picture and start the round of a form, once; raises BriefError for an invalid picture."""
        round_id = self.start_round.round_id_for(form.round_draft)
        brief = await self.start_round.reference_images.attach(form.brief, photo, consent, round_id)
        return await self.start_round.start_from_draft(form.round_draft, brief)

    async def _model_ids(self, brief: Brief, place: ChannelRef) -> tuple[str, ...]:
        """Return exact ids: of the named models or today's substitutes for them, of the available default models."""
        if "models" in brief.explicit_fields:
            return tuple(dict.fromkeys((await self.quotes.quote(brief, place)).models))
        return tuple(m.id for m in self._available_models() if {m.name, m.wire_id, m.id} & set(brief.models))

    def _available_models(self, chosen: tuple[str, ...] = ()) -> tuple[ModelSpec, ...]:
        """List each available model once, by the account that would generate it, and the `chosen` accounts."""
        catalogue = self.ports.catalogue
        available = [m for m in catalogue.models if self.quotes.is_available(m)]
        by_family = {
            m.family: next(s for s in catalogue.models_in_family(m.family) if s in available) for m in available
        }
        listed = tuple(by_family.values())
        return (*listed, *(m for m in available if m.id in chosen and m not in listed))

    async def _quote(self, draft: Draft, place: ChannelRef) -> Quote | CastingError:
        try:
            return await self.quotes.quote(draft.for_estimate(self.ports.now(), self.ports.shortest_voting), place)
        except CastingError as error:
            return error

    async def _confirm_price(self, round_draft: RoundDraft, quote: Quote) -> None:
        """Raise PriceIncreased if the brief costs more than the form showed; a second submit accepts the new price."""
        shown_price = round_draft.brief.agreed_price or Decimal(0)
        if quote.price <= shown_price:
            return
        await self.storage.drafts.update(round_draft.id, replace(round_draft.brief, agreed_price=quote.price), None)
        titles = tuple(dict.fromkeys(self.ports.catalogue.by_id(m).title for m in quote.models))
        raise PriceIncreased(quote.price, shown_price, titles)

    async def _require_not_casting(self, name: str, round_draft: RoundDraft) -> None:
        """Raise AlreadyCasting if another round than the form's own casts the character."""
        place, own_round_id = round_draft.place, self.start_round.round_id_for(round_draft)
        production_id = (await self.storage.productions.get(place)).id
        for character in await self.storage.roster.by_name(place.team, name):
            is_own = character.place == place or (production_id and character.production_id == production_id)
            if is_own and character.open_round_id not in (None, own_round_id):
                raise AlreadyCasting(character.name, character.open_round_id or "")

    async def _unknown_people(self, draft: Draft, person: str, place: ChannelRef) -> dict[str, CastingError]:
        """Return an error for each field that names people who cannot do it.

        People whom Slack does not report in time pass.
        """
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
            user = await self.ports.user_directory.get_user(place.team, person)
        except SlackUnavailable:
            return
        if not user.is_human or user.is_deactivated or not await self.ports.channel_access.can_see(person, place):
            unknown.add(person)

    async def _similar_characters(
        self, typed: str, place: ChannelRef, person: str, *, cast: bool = False
    ) -> tuple[list[Character], list[Character]]:
        """Find characters by name in this production, and in others that the person may see; with `cast` only faces."""
        roster = self.storage.roster
        sections = await roster.sections(place.team)
        production_id = (await self.storage.productions.get(place)).id
        places = {section.place for section in sections}
        visible = await visible_channels(self.ports.channel_access, places, person, place)
        names = await roster.similar_names(place.team, typed, MAX_SIMILAR_NAMES)
        matches = [c for c in names if c.production_id == production_id or c.place in visible]
        ids = {c.character_id: c for c in nearest(typed, matches, _MAX_SUGGESTIONS, _MIN_SIMILARITY)}
        similar = [c for c in await roster.get_many(list(ids)) if c.face or not cast]
        own_places = tuple(s.place for s in sections if s.production_id == production_id)
        found_here = await self._by_prefix(typed, RosterQuery(own_places, production_id, only_with_face=cast))
        found = await self._by_prefix(typed, RosterQuery(tuple(visible), only_with_face=cast))
        own = {c.id: c for c in (*found_here, *similar) if c.production_id == production_id}
        others = {c.id: c for c in (*found, *similar)}
        return list(own.values()), [c for c in others.values() if c.production_id != production_id]

    async def _by_prefix(self, typed: str, query: RosterQuery) -> Sequence[Character]:
        """List suggestions by prefix, all names without one. Returns twice the limit, because some are filtered out."""
        return (await self.storage.roster.page(replace(query, name_prefix=typed), 2 * _MAX_SUGGESTIONS, 0)).characters


def _price(quote: Quote | CastingError) -> Decimal | None:
    return quote.price if isinstance(quote, Quote) else None
