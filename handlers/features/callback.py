"""[Callback ...] on a closed round or under a record: a form with the price, and what its submission starts."""

from bot.domain.callback import Situation
from bot.domain.errors import CannotFollowUp, CastingError, OverBudget, UnacknowledgedOverspend
from bot.ports.rounds import StartResult
from bot.usecases.callback import CallbackChoice
from bot.usecases.follow_ups import FollowUpRequest
from handlers.presenters.follow_up_form import FollowUpListeners
from handlers.slack.modals import Modal
from handlers.slack.payloads.values import FormSubmission
from handlers.text import callback as words
from handlers.views import callback as blocks

_FIELDS = {"finalists": blocks.FINALISTS, "without_face": blocks.FINALISTS, "situations": blocks.SITUATIONS}


class CallbackListeners(FollowUpListeners[CallbackChoice]):
    """Listeners for callbacks."""

    callback_id, title = blocks.CALLBACK_ID, words.TITLE
    fields = (blocks.FINALISTS, blocks.SITUATIONS, blocks.MODEL)

    async def form(
        self, round_id: str, person: str, key: str, choice: CallbackChoice | None = None, note: str = ""
    ) -> Modal:
        options = await self.casting.callback.options(round_id, person, choice or CallbackChoice())
        return blocks.form(options, key, self.titles, note)

    async def start(self, request: FollowUpRequest[CallbackChoice]) -> StartResult:
        return await self.casting.callback.start(request)

    def choice_from(self, submission: FormSubmission) -> CallbackChoice:
        return CallbackChoice(
            tuple(submission.values.get(blocks.FINALISTS, ())),
            tuple(Situation(value) for value in submission.values.get(blocks.SITUATIONS, ())),
            submission.value(blocks.MODEL),
        )

    def field_of(self, error: CastingError) -> str:
        if isinstance(error, CannotFollowUp):
            return _FIELDS.get(error.reason, blocks.MODEL)
        return blocks.MODEL if isinstance(error, OverBudget | UnacknowledgedOverspend) else ""
