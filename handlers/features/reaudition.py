"""[Re-audition ...] under a record or a notice of retirement: a form with the price, and what it starts."""

from bot.domain.errors import BriefError, CannotFollowUp, CastingError, OverBudget, UnacknowledgedOverspend
from bot.ports.rounds import StartResult
from bot.usecases.follow_ups import FollowUpRequest
from bot.usecases.reaudition import ReauditionChoice
from handlers.presenters.follow_up_form import FollowUpListeners
from handlers.slack.modals import Modal
from handlers.slack.payloads.scalars import parse_number
from handlers.slack.payloads.values import FormSubmission
from handlers.text import reaudition as words
from handlers.views import reaudition as blocks


class ReauditionListeners(FollowUpListeners[ReauditionChoice]):
    """Listeners for re-auditions; the face stays whatever comes of them."""

    callback_id, title = blocks.CALLBACK_ID, words.TITLE
    fields = (blocks.FIRST, blocks.OTHER, blocks.PER_MODEL)

    async def form(
        self, round_id: str, person: str, key: str, choice: ReauditionChoice | None = None, note: str = ""
    ) -> Modal:
        options = await self.casting.reaudition.options(round_id, person, choice or ReauditionChoice())
        return blocks.form(options, key, self.titles, note)

    async def start(self, request: FollowUpRequest[ReauditionChoice]) -> StartResult:
        return await self.casting.reaudition.start(request)

    def choice_from(self, submission: FormSubmission) -> ReauditionChoice:
        chosen = (submission.value(blocks.FIRST), submission.value(blocks.OTHER))
        models = tuple(model for model in chosen if model not in ("", blocks.NONE))
        return ReauditionChoice(models, parse_number(submission.value(blocks.PER_MODEL) or "1"))

    def field_of(self, error: CastingError) -> str:
        is_choice = isinstance(error, BriefError | CannotFollowUp | OverBudget | UnacknowledgedOverspend)
        return blocks.FIRST if is_choice else ""
