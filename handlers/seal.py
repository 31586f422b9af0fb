"""Sealed ballots: the press that opens one's own paper, and the paper as it comes back."""

from functools import partial

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.casting import Casting
from handlers.apology import reply_with_errors
from handlers.asking import slack_call
from handlers.blocks import sealed
from handlers.blocks.dialog import build_modal
from handlers.blocks.view import View
from handlers.delivery import Responder
from handlers.dialogs import open_modal
from handlers.papers import sealed_answers_from
from handlers.payloads import Payload, press_from, submission_from
from handlers.reach import WorkspaceGuard
from handlers.words import sealed as words


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
            modal = sealed.ballot_form(await self._sealed_ballots.form(press.id, press.person))
            with slack_call("views.open"):
                await open_modal(client, press.trigger_id, modal)

    async def on_submit(self, ack: AsyncAck, body: Payload) -> None:
        """Take the paper in before the ack, so that what Slack closes is saved."""
        async with reply_with_errors(partial(_replace_form, ack)):
            submission = submission_from(body)
            await self._workspace_guard.get_round(submission)
            answers = sealed_answers_from(submission)
            if answers.problem:
                await ack(response_action="errors", errors={sealed.NONE: words.unclear(answers.problem)})
                return
            round_ = await self._sealed_ballots.submit(submission.id, submission.person, answers)
            votes = answers.reads_human & answers.matches_character
            numbers = tuple(number for number, slot_id in round_.slot_id_by_number.items() if slot_id in votes)
            await _replace_form(ack, sealed.received(round_.character, numbers))


async def _replace_form(ack: AsyncAck, view: View) -> None:
    """Answer in place of what was filled in."""
    await ack(response_action="update", view=build_modal("told", "", words.TITLE, "", view))
