"""Callbacks: the top two, or a locked face and its understudy, drawn again from their originals for one ballot."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.domain.callback import FINALISTS, MAX_SITUATIONS, USUAL_SITUATIONS, Situation, proposed_finalists
from bot.domain.catalogue import ModelSpec, Size
from bot.domain.errors import CannotFollowUp, CastingError
from bot.domain.ids import seed_of
from bot.domain.prompt import VERSION_CALLBACK, Prompt
from bot.domain.round import Round
from bot.domain.round_state import CALLBACK, RoundState
from bot.domain.slot import Slot
from bot.domain.upscale import reference_rank
from bot.ports.rounds import StartResult
from bot.usecases.follow_ups import FollowUpRequest, build_follow_up, follow_up_brief, require_kept_face
from bot.usecases.start_round import StartingUseCase


@dataclass(frozen=True)
class CallbackChoice:
    """What a form has chosen: candidates as slot ids, situations, and the exact id of the model that draws the views.

    None and an empty `model` mean the proposal.
    """

    finalists: tuple[str, ...] | None = None
    situations: tuple[Situation, ...] | None = None
    model: str = ""


@dataclass(frozen=True)
class CallbackOptions:
    """What a callback of a round can be, and what the choice costs at most, in dollars.

    `candidates` can be called back, `models` draw the views, best first. `refusal` says why the choice cannot start
    now. `is_locked`: the round has the character's face, which is one of the two.
    """

    round: Round
    candidates: tuple[Slot, ...]
    models: tuple[ModelSpec, ...]
    choice: CallbackChoice
    price: Decimal
    is_locked: bool = False
    refusal: CastingError | None = None

    @property
    def view_count(self) -> int:
        return len(self.choice.finalists or ()) * len(self.choice.situations or ())

    def price_with(self, model: ModelSpec) -> Decimal:
        """Return the most that the chosen views cost with this model, in dollars."""
        return self.view_count * model.price(Size.DRAFT, 1)


@dataclass(frozen=True, slots=True)
class Callback(StartingUseCase):
    """Starts callbacks. Each is a round of its own beside its parent."""

    async def options(self, round_id: str, person: str, choice: CallbackChoice = CallbackChoice()) -> CallbackOptions:
        """Return what the lead can choose, completed by the proposal.

        Raises NotLead, PermissionDenied, RoundClosed, CannotFollowUp.
        """
        round_ = await self._load_allowed(round_id, person)
        candidates = await self._available_candidates(round_)
        capable = [m for m in self.ports.catalogue.models if m.max_references and self.quotes.is_available(m)]
        models = tuple(sorted(capable, key=reference_rank))
        if not models:
            raise CannotFollowUp(CALLBACK, "no_model", round_.character)
        caps = await self.quotes.caps_for(round_.place)
        completed = self._complete(round_, candidates, models, choice, caps.per_round)
        options = CallbackOptions(
            round_, candidates, models, completed, Decimal(0), is_locked=round_.state is RoundState.LOCKED
        )
        model = next((m for m in models if m.id == completed.model), models[0])
        options = replace(options, price=options.price_with(model))
        try:
            _require_valid(options)
            caps.check_round(options.price)
        except CastingError as error:
            return replace(options, refusal=error)
        return options

    async def start(self, request: FollowUpRequest[CallbackChoice]) -> StartResult:
        """Reserve and save the callback; a repeated submit starts it once.

        Raises what `options` raises, its refusal, PriceIncreased, OverBudget and RoundClosed while another one runs.
        """
        options = await self.options(request.round_id, request.person, request.choice)
        request.require_agreed(options.price, options.refusal)
        return await self.start_round.start_follow_up(self._build_round(options, request))

    async def _load_allowed(self, round_id: str, person: str) -> Round:
        round_ = await self.permissions.get_led(round_id, person, CALLBACK)
        await self.permissions.require_spend(round_.place, person)
        round_.require_casting(CALLBACK)
        round_.require_state(RoundState.CLOSED, RoundState.LOCKED, action=CALLBACK)
        await require_kept_face(self.ports, round_, CALLBACK)
        return round_

    async def _available_candidates(self, round_: Round) -> tuple[Slot, ...]:
        """Return the candidates that are not hidden and still stored; raises CannotFollowUp with fewer than two."""
        shown = [s for s in round_.candidates if s not in round_.hidden]
        if len(shown) < FINALISTS:
            raise CannotFollowUp(CALLBACK, "few_candidates", round_.character)
        portraits = self.storage.portraits
        found = [s for s in shown if s.portrait and await portraits.has(s.portrait.key)]
        if len(found) < FINALISTS:
            raise CannotFollowUp(CALLBACK, "missing", round_.character)
        return tuple(found)

    def _complete(
        self,
        round_: Round,
        candidates: Sequence[Slot],
        models: Sequence[ModelSpec],
        choice: CallbackChoice,
        per_round: Decimal,
    ) -> CallbackChoice:
        """Return the choice with the proposal where it is open.

        The proposed model keeps a face best among those whose price the round cap allows.
        """
        locked = round_.locked_candidate.number if round_.locked_candidate else None
        numbers = [s.number for s in candidates if s.number]
        proposed = proposed_finalists(numbers, round_.tally, locked)
        finalists = choice.finalists
        if finalists is None:
            finalists = tuple(s.id for s in candidates if s.number in proposed or s.id == round_.locked_slot)
        situations = USUAL_SITUATIONS if choice.situations is None else choice.situations
        views = len(finalists or range(FINALISTS)) * len(situations)
        affordable = [m for m in models if views * m.price(Size.DRAFT, 1) <= per_round]
        return CallbackChoice(finalists, situations, choice.model or (affordable or list(models))[0].id)

    def _build_round(self, options: CallbackOptions, request: FollowUpRequest[CallbackChoice]) -> Round:
        parent, choice = options.round, options.choice
        round_id, brief = request.new_round_id(CALLBACK, parent), follow_up_brief(parent.brief)
        prompts = {situation: Prompt.for_callback(brief, situation).text for situation in choice.situations or ()}
        model = next(m for m in options.models if m.id == choice.model)
        finalists = [s for s in options.candidates if s.id in (choice.finalists or ())]
        originals = [
            Slot(f"{round_id}-{n}", round_id, n, s.model, Decimal(0), s.seed, copy_of_slot_id=s.id)
            for n, s in enumerate(finalists)
        ]
        views = [(situation, original) for situation in prompts for original in originals]
        view_slots = [
            Slot(
                f"{round_id}-{n}",
                round_id,
                n,
                model.id,
                model.price(brief.size, 1),
                seed_of(round_id, n),
                variation_of_slot_id=original.id,
                prompt=prompts[situation],
                situation=situation.value,
            )
            for n, (situation, original) in enumerate(views, start=len(originals))
        ]
        prompt = Prompt("\n\n".join(prompts.values()), VERSION_CALLBACK)
        slots = (*originals, *view_slots)
        return build_follow_up(self.ports, CALLBACK, parent, request.person, brief, prompt, slots)


def _require_valid(options: CallbackOptions) -> None:
    """Raise CannotFollowUp unless two candidates, one to three situations and a known model are chosen."""
    choice, name = options.choice, options.round.character
    finalists = set(choice.finalists or ()) & {s.id for s in options.candidates}
    if len(finalists) != FINALISTS or len(choice.finalists or ()) != FINALISTS:
        raise CannotFollowUp(CALLBACK, "finalists", name)
    if options.is_locked and options.round.locked_slot not in finalists:
        raise CannotFollowUp(CALLBACK, "without_face", name)
    if not 1 <= len(choice.situations or ()) <= MAX_SITUATIONS:
        raise CannotFollowUp(CALLBACK, "situations", name)
    if choice.model not in {m.id for m in options.models}:
        raise CannotFollowUp(CALLBACK, "no_model", name)
