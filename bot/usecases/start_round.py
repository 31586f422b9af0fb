"""Starting a round: chooses models, reserves the price, and saves the round with empty slots before money is spent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from time import time_ns
from typing import Literal

from bot.domain.brief import Brief, Reference
from bot.domain.budget import Caps, estimate
from bot.domain.catalogue import ModelSpec
from bot.domain.errors import (
    AlreadyCast,
    AlreadyCasting,
    AlternativeOffer,
    BriefError,
    ConsentNeeded,
    ModelsUnavailable,
    NotLead,
    PersonLimitReached,
    ReferenceUnclear,
)
from bot.domain.face import Unlock
from bot.domain.flaw_tags import FlawRemedy
from bot.domain.ids import ChannelRef, child_round_id, round_id_for_draft, seed_of, stable_id
from bot.domain.production import DEFAULTABLE
from bot.domain.prompt import Prompt
from bot.domain.round import Round
from bot.domain.round_state import RECAST
from bot.domain.routing import Route
from bot.domain.slot import Slot
from bot.ports.rounds import RoundDraft, StartResult
from bot.telemetry import logs, tracing
from bot.usecases.access import PermittedUseCase
from bot.usecases.quotes import Quotes
from bot.usecases.references import ReferenceImages

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StartRound(PermittedUseCase):
    """Starts rounds. `patience` maps a size to the seconds that voting waits for a model."""

    quotes: Quotes
    reference_images: ReferenceImages

    async def start(
        self,
        brief: Brief,
        place: ChannelRef,
        person: str,
        trigger: str,
        *,
        lead: str = "",
        source_thread_ts: str = "",
        door_token: str = "",
    ) -> StartResult:
        """Reserve and save a round for `brief`; a repeated trigger starts it once.

        `lead` leads it if it is not the person; a note in the thread of `source_thread_ts` links to it. `door_token`
        is the id of the access token whose month cap holds as well. Raises PermissionDenied, BriefError, NoModels,
        OverBudget, AlreadyCasting. AlreadyCast, ModelsUnavailable and ConsentNeeded carry drafts that a confirmation
        starts.
        """
        await self.permissions.require_start(place, person)
        await self.permissions.require_voters(place, brief.voters)
        brief, caps = await self.quotes.apply_settings(brief, place)
        brief.require_reachable_quorum()
        draft = RoundDraft(stable_id("r", place.team, trigger), place, person, brief, lead, source_thread_ts)
        try:
            brief = await self.reference_images.resolve(brief, person, place)
        except BriefError as error:
            if not error.allowed:
                raise
            raise await self._unclear_reference(error, draft, trigger) from error
        except ConsentNeeded as error:
            raise replace(error, draft_id=(await self.save_draft(draft, trigger)).id) from error
        draft = replace(draft, brief=brief)
        chosen = _mark_default_models(brief, await self.quotes.route_in(place, brief, caps))
        if chosen.needs_confirmation:
            raise await self._unavailable_error(chosen, draft, trigger, caps)
        new = replace(self._build_round(chosen, draft, caps), door_token=door_token)
        try:
            return await self._save_round(new, recast=False)
        except AlreadyCast as error:
            await self._require_visible_face(new)
            raise AlreadyCast(error.character, (await self.save_draft(draft, trigger)).id, new.price) from error

    async def get_started(self, place: ChannelRef, trigger: str) -> Round | None:
        """Return the round that `start` has saved for this trigger."""
        return await self.find(stable_id("r", place.team, trigger))

    async def find(self, round_id: str) -> Round | None:
        """Return a round, None if none was saved with this id."""
        try:
            return await self.storage.rounds.get(round_id)
        except KeyError:
            return None

    async def save_draft(self, draft: RoundDraft, trigger: str) -> RoundDraft:
        """Save a draft until a person confirms it or fills in a form; a repeated trigger saves it once.

        Its id derives from brief and trigger. Later changes of the production's defaults do not change it.
        """
        await self._require_forms_left(draft.place, draft.person)
        brief = replace(draft.brief, explicit_fields=draft.brief.explicit_fields | DEFAULTABLE)
        saved = replace(draft, id=_draft_id(draft.place, trigger, draft.brief), brief=brief)
        await self.storage.drafts.save(saved)
        return saved

    async def get_draft(self, draft_id: str, person: str) -> RoundDraft:
        """Return a draft of this person; raises KeyError, NotLead."""
        draft = await self.storage.drafts.get(draft_id)
        if draft is None:
            raise KeyError(draft_id)
        if draft.person != person:
            raise NotLead("recast", draft.person)
        return draft

    async def confirm_draft(self, draft_id: str, person: str) -> StartResult:
        """Start the round of an offered alternative; a repeated call starts it once.

        Raises KeyError for an unknown draft and for an incomplete form.
        """
        draft = await self._get_complete_draft(draft_id, person)
        return await self.start_from_draft(draft, draft.brief)

    async def confirm_consent(self, draft_id: str, person: str, wording: str) -> StartResult:
        """Store that the person in the photo agreed to the draft's use too, then start the draft's round, once.

        `wording` is what the person confirmed. Raises KeyError as `confirm_draft`, and what `start` raises.
        """
        draft = await self._get_complete_draft(draft_id, person)
        await self.permissions.require_start(draft.place, person)
        await self.reference_images.widen_consent(draft.brief, person, draft.place, wording)
        return await self.start_from_draft(draft, draft.brief)

    async def start_from_draft(self, draft: RoundDraft, brief: Brief) -> StartResult:
        """Start a round for `brief` with the channel and lead of the draft; a draft starts one round."""
        return await self.start(
            brief, draft.place, draft.person, draft.id, lead=draft.lead, source_thread_ts=draft.source_thread_ts
        )

    def round_id_for(self, draft: RoundDraft) -> str:
        """Return the id of the round that a draft starts."""
        return round_id_for_draft(draft.place.team, draft.id)

    async def confirm_recast(self, draft_id: str, person: str) -> StartResult:
        """Start the round of a draft for a character that has a face, once; raises KeyError as `confirm_draft`."""
        draft = await self._get_complete_draft(draft_id, person)
        await self.permissions.require_start(draft.place, person)
        brief, caps = await self.quotes.apply_settings(draft.brief, draft.place)
        chosen = await self.quotes.route_in(draft.place, brief, caps)
        if chosen.needs_confirmation:
            raise await self._unavailable_error(chosen, replace(draft, brief=brief), draft_id, caps)
        new = self._build_round(
            chosen, replace(draft, id=stable_id("r", draft.place.team, draft_id), brief=brief), caps
        )
        return await self._save_round(new, recast=True)

    async def start_child(
        self, parent: Round, person: str, refined: Brief | None = None, remedies: tuple[FlawRemedy, ...] = ()
    ) -> StartResult:
        """Start a round for the parent's brief, or `refined`, that replaces the parent; a parent has one child.

        `remedies` are words of `refined` that answer what looked artificial.

        The button showed its price with substitutes, so it needs no confirmation. Raises RoundClosed if the parent has
        ended without a child.
        """
        await self.permissions.require_spend(parent.place, person)
        if child := await self.get_child(parent):
            return StartResult(child, created=False)
        parent.require_casting("reroll")
        parent.require_accepts_slots("reroll")
        brief, origin = refined or parent.brief, "refined" if refined else "rerolled"
        caps = await self.quotes.caps_for(parent.place)
        new = self._build_round(
            await self.quotes.route_in(parent.place, brief, caps),
            RoundDraft(child_round_id(parent.place.team, parent.id), parent.place, person, brief),
            caps,
        )
        return await self._save_round(replace(new, parent=parent.id, origin=origin, remedies=remedies), recast=True)

    async def get_child(self, parent: Round) -> Round | None:
        """Return the round that replaced a re-rolled or refined one."""
        return await self.find(child_round_id(parent.place.team, parent.id))

    async def price_confirmed_before(self, brief: Brief, parent: Round, person: str, price: Decimal) -> bool:
        """Return whether the person saw this price for this text before, and store that they have seen it now."""
        trigger = f"{parent.id}:{price}:{brief.text}"
        priced = replace(brief, agreed_price=price)
        if await self.storage.drafts.get(_draft_id(parent.place, trigger, priced)):
            return True
        await self.save_draft(RoundDraft("", parent.place, person, priced), trigger)
        return False

    async def start_recast(
        self, face_round: Round, brief: Brief, person: str, key: str, recast_reason: str, unlock: Unlock | None
    ) -> StartResult:
        """Start a round that re-casts a face, and unlock the face with `unlock`; a repeated `key` starts it once.

        The form showed its price with substitutes, so it needs no confirmation. Raises as `start` does.
        """
        place = face_round.place
        await self.permissions.require_start(place, person)
        caps = await self.quotes.caps_for(place)
        new = self._build_round(
            await self.quotes.route_in(place, brief, caps),
            RoundDraft(self.recast_round_id(face_round, key), place, person, brief),
            caps,
        )
        new = replace(new, parent=face_round.id, origin=RECAST, recast_reason=recast_reason)
        return await self._save_round(new, recast=True, unlock=unlock)

    def recast_round_id(self, face_round: Round, key: str) -> str:
        """Return the id of the re-cast with this `key`, started or not."""
        return stable_id("r", face_round.place.team, f"{face_round.id}:{key}")

    async def start_follow_up(self, new: Round) -> StartResult:
        """Reserve and save a callback or a re-audition, whose parent stays; a repeated call for its id starts it once.

        Raises PermissionDenied, OverBudget, RoundClosed, BriefError.
        """
        await self.permissions.require_spend(new.place, new.started_by)
        (await self.quotes.caps_for(new.place)).check_round(new.price)
        return await self._save_round(new, recast=True)

    async def enqueue(self, round_id: str) -> None:
        """Start the round's job; a repeated call does nothing."""
        logs.bind_round(round_id)
        await self.ports.job_queue.start("round", round_id)

    async def enqueue_follow_up(self, started: Round) -> None:
        """Start the job of a callback or a re-audition, and redraw its parent."""
        await self.enqueue(started.id)
        if started.parent:
            self.ports.publisher.schedule_redraw(started.parent)

    async def _get_complete_draft(self, draft_id: str, person: str) -> RoundDraft:
        """Return a draft that has a character name; raises KeyError for one without."""
        draft = await self.get_draft(draft_id, person)
        if not draft.brief.name:
            raise KeyError(draft_id)
        return draft

    async def _save_round(self, new: Round, *, recast: bool, unlock: Unlock | None = None) -> StartResult:
        """Save the round; AlreadyCasting names the open round only to people who may see its channel."""
        new.brief.require_consent()
        if recast and not new.parent:
            await self._require_visible_face(new)
        await self._require_within_limits(new)
        started_ns = time_ns()
        try:
            result = await self.storage.rounds.open(new, self.ports.caps, recast=recast, unlock=unlock)
        except AlreadyCasting as error:
            channel = (await self.storage.rounds.get(error.round_id)).place
            if channel == new.place or await self.ports.channel_access.can_see(new.started_by, channel):
                raise
            raise AlreadyCasting(error.character, "") from error
        if result.created:
            tracing.round_started(new.id, started_ns)
        return result

    async def _require_forms_left(self, place: ChannelRef, person: str) -> None:
        """Raise PersonLimitReached if the person saved too many drafts in 24 hours."""
        limit = self.ports.limits.forms
        if await self.storage.drafts.count_since(person, place.team, self.ports.now() - _DAY) >= limit:
            raise PersonLimitReached("forms", limit)

    async def _require_within_limits(self, new: Round) -> None:
        """Raise PersonLimitReached if the starter has too many open rounds, or asks for too many free portraits.

        A repeated call for a saved round passes, and a round that replaces an open one adds none.
        """
        limits, team = self.ports.limits, new.place.team
        open_ids = await self.storage.rounds.list_open_started_by(new.started_by, team)
        if new.id in open_ids:
            return
        replaced = None if new.is_follow_up else new.parent
        if len([round_id for round_id in open_ids if round_id != replaced]) >= limits.open_rounds:
            raise PersonLimitReached("open_rounds", limits.open_rounds)
        await self.require_free_portraits_left(new.place, new.started_by, new.slots)

    async def require_free_portraits_left(self, place: ChannelRef, person: str, slots: Sequence[Slot]) -> None:
        """Raise PersonLimitReached if these slots would be too many free portraits of the person in 24 hours."""
        limit, free = self.ports.limits.free_portraits, sum(s.price == 0 and not s.copy_of_slot_id for s in slots)
        since = self.ports.now() - _DAY
        if free and await self.storage.rounds.count_free_portraits(person, place.team, since) + free > limit:
            raise PersonLimitReached("free_portraits", limit)

    async def _require_visible_face(self, new: Round) -> None:
        """Raise NotAvailableHere if the round would replace a face that its starter may not see.

        Channels of a production share names, and a face can come from a private one.
        """
        production_id = (await self.storage.productions.get(new.place)).id
        for character in await self.storage.roster.by_name(new.place.team, new.character):
            if character.production_id == production_id:
                await self.permissions.require_sees_face(character, new.place, new.started_by)

    async def _unavailable_error(self, chosen: Route, draft: RoundDraft, trigger: str, caps: Caps) -> ModelsUnavailable:
        """Build the error with the alternatives within the round's cap, each saved as a draft."""
        offers = []
        for kind, models, alternative in _alternatives(chosen, draft.brief):
            price = self.quotes.price_of(alternative, caps)
            if price <= caps.per_round:
                saved_draft = await self.save_draft(replace(draft, brief=alternative), f"{trigger}:{kind}")
                offers.append(AlternativeOffer(kind, tuple(m.title for m in models), price, saved_draft.id))
        unavailable = chosen.reason.unavailable
        today = self.ports.now().date()
        available = tuple(m.name for m in self.ports.catalogue.models if self.ports.catalogue.is_available(m, today))
        return ModelsUnavailable(tuple(a.title for a in unavailable), available, unavailable, tuple(offers))

    async def _unclear_reference(self, error: BriefError, draft: RoundDraft, trigger: str) -> ReferenceUnclear:
        """Build the question which face is meant; a draft with each of them waits for the answer."""
        offers = []
        for name in error.allowed:
            brief = replace(draft.brief, reference=Reference(name))
            saved_draft = await self.save_draft(replace(draft, brief=brief), trigger)
            offers.append((name, saved_draft.id))
        return ReferenceUnclear(error.field, error.problem, error.got, error.allowed, offers=tuple(offers))

    def _build_round(self, chosen: Route, draft: RoundDraft, caps: Caps) -> Round:
        now, brief, round_id = self.ports.now(), draft.brief, draft.id
        has_lead = draft.lead not in ("", draft.person)
        prompt = Prompt.for_brief(brief)
        slots = tuple(
            Slot(f"{round_id}-{n}", round_id, n, m.id, m.price(brief.size, brief.reference_count), seed_of(round_id, n))
            for n, m in enumerate(chosen.models)
        )
        caps.check_round(sum((s.price for s in slots), Decimal(0)))
        return Round(
            id=round_id,
            place=draft.place,
            character_id="",
            lead=draft.lead or draft.person,
            brief=brief,
            prompt=prompt.text,
            prompt_version=prompt.version,
            routing_reason=chosen.reason,
            order_seed=seed_of(round_id, -1),
            opened_at=now,
            patience_until=now + timedelta(seconds=self.ports.patience[brief.size]),
            requested_by=draft.person if has_lead else "",
            source_thread_ts=draft.source_thread_ts,
            slots=slots,
        )


@dataclass(frozen=True, slots=True)
class StartingUseCase(PermittedUseCase):
    """A use case that starts rounds, each at a price that was shown before."""

    start_round: StartRound
    quotes: Quotes


def _mark_default_models(brief: Brief, found: Route) -> Route:
    """Mark a route by the production's default models as `usual`, because the user did not name them."""
    if "models" in brief.explicit_fields or found.reason.kind != "named":
        return found
    return replace(found, reason=replace(found.reason, kind="usual"))


def _alternatives(
    chosen: Route, brief: Brief
) -> Iterator[tuple[Literal["instead", "only"], tuple[ModelSpec, ...], Brief]]:
    """Yield the round with substitutes at today's price, then the round without them if any model is left."""
    price = estimate(chosen.models, brief.size, brief.reference_count)
    yield "instead", chosen.distinct, replace(brief, agreed_price=price)
    if chosen.without_substitutes:
        model_ids = tuple(m.id for m in chosen.without_substitutes)
        yield (
            "only",
            chosen.without_substitutes,
            replace(brief, models=model_ids, explicit_fields=brief.explicit_fields | {"models"}),
        )


def _draft_id(place: ChannelRef, trigger: str, brief: Brief) -> str:
    """Return the same id for the same brief and trigger, whichever options were typed."""
    return stable_id("w", place.team, trigger, replace(brief, explicit_fields=frozenset()))
