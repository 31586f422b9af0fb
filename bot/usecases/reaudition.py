"""Re-auditions: a locked face whose model goes, drawn again by two others, on a ballot with the original unmarked."""

from dataclasses import dataclass, replace
from decimal import Decimal

from bot.domain.brief import Brief, Reference
from bot.domain.catalogue import ModelSpec, Size
from bot.domain.errors import CannotFollowUp, CastingError
from bot.domain.face import Face
from bot.domain.ids import seed_of
from bot.domain.prompt import Prompt
from bot.domain.reaudition import MAX_PER_MODEL, Replacement, replacement_of
from bot.domain.round import Round
from bot.domain.round_state import REAUDITION, RoundState
from bot.domain.slot import Slot
from bot.ports.rounds import StartResult
from bot.usecases.follow_ups import FollowUpRequest, build_follow_up, follow_up_brief, require_kept_face
from bot.usecases.references import ReferenceImages
from bot.usecases.start_round import StartingUseCase

_MAX_MODELS = 2


@dataclass(frozen=True)
class ReauditionChoice:
    """What a form has chosen: exact model ids (None means the proposal), and how many portraits each draws."""

    models: tuple[str, ...] | None = None
    per_model: int = 1


@dataclass(frozen=True)
class ReauditionOptions:
    """What a re-audition of a face can be, and what the choice costs at most, in dollars.

    `replacement` says what happens to the face's model, and which models can draw it now. `refusal` says why the choice
    cannot start now.
    """

    round: Round
    face: Face
    replacement: Replacement
    choice: ReauditionChoice
    price: Decimal
    refusal: CastingError | None = None

    @property
    def size(self) -> Size:
        """The size that the models draw: the sheet shows all pictures at one size anyway."""
        return Size.DRAFT

    @property
    def chosen(self) -> tuple[ModelSpec, ...]:
        return tuple(m for m in self.replacement.models if m.id in (self.choice.models or ()))


@dataclass(frozen=True, slots=True)
class Reaudition(StartingUseCase):
    """Starts re-auditions. Each is a round of its own beside the face's; the face stays whatever comes of it."""

    reference_images: ReferenceImages

    async def options(
        self, round_id: str, person: str, choice: ReauditionChoice = ReauditionChoice()
    ) -> ReauditionOptions:
        """Return what the lead can choose, completed by the proposal.

        Raises NotLead, PermissionDenied, RoundClosed, CannotFollowUp.
        """
        round_, face, found = await self._load_allowed(round_id, person)
        if choice.models is None:
            choice = replace(choice, models=tuple(m.id for m in found.proposed))
        options = ReauditionOptions(round_, face, found, choice, Decimal(0))
        price = sum((m.price(options.size, 1) for m in options.chosen), Decimal(0)) * choice.per_model
        options = replace(options, price=price)
        try:
            _require_valid(options)
            (await self.quotes.caps_for(round_.place)).check_round(price)
        except CastingError as error:
            return replace(options, refusal=error)
        return options

    async def start(self, request: FollowUpRequest[ReauditionChoice]) -> StartResult:
        """Reserve and save the re-audition; a repeated submit starts it once.

        Raises what `options` raises, its refusal, PriceIncreased, OverBudget and RoundClosed while another one runs.
        """
        options = await self.options(request.round_id, request.person, request.choice)
        request.require_agreed(options.price, options.refusal)
        brief = await self._brief(options.round, options.face)
        return await self.start_round.start_follow_up(self._build_round(options, brief, request))

    async def _load_allowed(self, round_id: str, person: str) -> tuple[Round, Face, Replacement]:
        round_ = await self.permissions.get_led(round_id, person, REAUDITION)
        await self.permissions.require_spend(round_.place, person)
        round_.require_state(RoundState.LOCKED, action=REAUDITION)
        face = await require_kept_face(self.ports, round_, REAUDITION)
        if face is None:
            raise KeyError(round_id)
        found = replacement_of(face.model, self.ports.catalogue, self.ports.now().date())
        if found is None:
            raise CannotFollowUp(REAUDITION, "served", face.character)
        found = replace(found, models=tuple(m for m in found.models if self.quotes.is_available(m)))
        if found.successor not in found.models:
            found = replace(found, successor=None)
        if not found.models:
            raise CannotFollowUp(REAUDITION, "no_model", face.character)
        if not await self.storage.portraits.has(face.portrait.key):
            raise CannotFollowUp(REAUDITION, "missing", face.character)
        return round_, face, found

    async def _brief(self, round_: Round, face: Face) -> Brief:
        """Return the face's brief with the face as reference; the consent of a photo behind it goes along."""
        reference = Reference(face.character, face.portrait.key, face.portrait.sha256)
        brief = replace(follow_up_brief(round_.brief), reference=reference)
        return await self.reference_images.inherit_consent(brief, face)

    def _build_round(
        self, options: ReauditionOptions, brief: Brief, request: FollowUpRequest[ReauditionChoice]
    ) -> Round:
        parent, face = options.round, options.face
        round_id = request.new_round_id(REAUDITION, parent)
        prompt = Prompt.for_reaudition(parent.prompt, parent.prompt_version)
        original = Slot(
            f"{round_id}-0", round_id, 0, face.model, Decimal(0), face.seed or 0, copy_of_slot_id=face.slot_id
        )
        models = [model for model in options.chosen for _ in range(options.choice.per_model)]
        drawn = [
            Slot(f"{round_id}-{n}", round_id, n, m.id, m.price(brief.size, 1), seed_of(round_id, n))
            for n, m in enumerate(models, start=1)
        ]
        slots = (original, *drawn)
        return build_follow_up(self.ports, REAUDITION, parent, request.person, brief, prompt, slots)


def _require_valid(options: ReauditionOptions) -> None:
    """Raise CannotFollowUp unless one or two models that can draw the face are chosen."""
    wanted = options.choice.models or ()
    if not 1 <= len(wanted) <= _MAX_MODELS or len(options.chosen) != len(set(wanted)):
        raise CannotFollowUp(REAUDITION, "models", options.face.character)
    if not 1 <= options.choice.per_model <= MAX_PER_MODEL:
        raise CannotFollowUp(REAUDITION, "models", options.face.character)
