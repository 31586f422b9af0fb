"""Sealed ballots: the press that opens one's own paper, and the paper as it comes back."""

from functools import partial

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ballot import FlawTag
from bot.usecases.casting import Casting
from bot.usecases.sealed_ballot import SealedAnswers
from handlers.slack.api_errors import slack_call
from handlers.slack.error_replies import reply_with_errors
from handlers.slack.modals import open_modal
from handlers.slack.ownership import WorkspaceGuard
from handlers.slack.payloads import FormSubmission, Payload, parses_payload, press_from, submission_from
from handlers.slack.responder import Responder
from handlers.text import sealed_ballot as sealed_ballot_text
from handlers.views.builder import View
from handlers.views.fields import build_modal
from handlers.views.round.sealed import HUMAN, LIKENESS, NONE, ballot_form, received


class SealedBallotListeners:
    """Listens to papers."""

    def __init__(self, casting: Casting, workspace_guard: WorkspaceGuard) -> None:
        self._sealed_ballots = casting.sealed_ballots
        self._workspace_guard = workspace_guard

    def listen(self, app: AsyncApp) -> None:
        app.action("paper")(self.on_press)
        app.view("paper")(self.on_submit)

    async def on_press(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """Open the person's own paper, as they left it."""
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            await responder.ack()
            await self._workspace_guard.get_round(press)
            modal = ballot_form(await self._sealed_ballots.form(press.id, press.person))
            with slack_call("views.open"):
                await open_modal(client, press.trigger_id, modal)

    async def on_submit(self, ack: AsyncAck, body: Payload) -> None:
        """Take the paper in before the ack, so that what Slack closes is saved."""
        async with reply_with_errors(partial(_replace_form, ack)):
            submission = submission_from(body)
            await self._workspace_guard.get_round(submission)
            answers = sealed_answers_from(submission)
            if answers.problem:
                await ack(response_action="errors", errors={NONE: sealed_ballot_text.unclear(answers.problem)})
                return
            round_ = await self._sealed_ballots.submit(submission.id, submission.person, answers)
            votes = answers.reads_human & answers.matches_character
            numbers = tuple(number for number, slot_id in round_.slot_id_by_number.items() if slot_id in votes)
            await _replace_form(ack, received(round_.character, numbers))


async def _replace_form(ack: AsyncAck, view: View) -> None:
    """Answer in place of what was filled in."""
    await ack(response_action="update", view=build_modal("told", "", sealed_ballot_text.TITLE, "", view))


@parses_payload
def sealed_answers_from(submission: FormSubmission) -> SealedAnswers:
    """What is ticked and picked; the fields of a candidate are named for its slot."""
    checkboxes = {
        field.removeprefix("ticks "): selected for field, selected in submission.values.items() if field[:6] == "ticks "
    }
    flaw_menus = {
        field.removeprefix("tells "): selected for field, selected in submission.values.items() if field[:6] == "tells "
    }
    return SealedAnswers(
        reads_human=frozenset(slot_id for slot_id, checked in checkboxes.items() if HUMAN in checked),
        matches_character=frozenset(slot_id for slot_id, checked in checkboxes.items() if LIKENESS in checked),
        flaws={slot_id: tuple(FlawTag(value) for value in flaws) for slot_id, flaws in flaw_menus.items() if flaws},
        none_of_these=NONE in submission.values.get(NONE, ()),
    )
