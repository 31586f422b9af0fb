"""Sealed ballots: the press that opens a user's own ballot, and the ballot they submit."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.ballot import FlawTag
from bot.usecases.sealed_ballot import SealedAnswers
from handlers.slack.listeners import Listeners, form_listener, in_place_of_form, modal_listener
from handlers.slack.modals import Modal, notice
from handlers.slack.payloads.scalars import parses_payload
from handlers.slack.payloads.values import ButtonPress, FormSubmission
from handlers.text import sealed_ballot as words
from handlers.views.round.sealed_ballot import BOTH, HUMAN, LIKENESS, NONE, ballot_form, received

_CHECKBOXES, _FLAW_MENU = "ticks ", "tells "


class SealedBallotListeners(Listeners):
    """Listeners for sealed ballots."""

    def listen(self, app: AsyncApp) -> None:
        app.action("paper")(modal_listener(self.on_press, self.guard.get_round))
        app.view("paper")(form_listener(self.on_submit, in_place_of_form(words.TITLE), self.guard.get_round))

    async def on_press(self, press: ButtonPress) -> Modal:
        """Build the user's ballot with the answers they saved last."""
        return ballot_form(await self.casting.sealed_ballots.form(press.id, press.person))

    async def on_submit(self, submission: FormSubmission, ack: AsyncAck) -> None:
        """Save the ballot before the ack that closes the form."""
        answers = sealed_answers_from(submission)
        if answers.problem:
            await ack(response_action="errors", errors={NONE: words.UNCLEAR[answers.problem]})
            return
        round_ = await self.casting.sealed_ballots.submit(submission.id, submission.person, answers)
        votes = answers.reads_human & answers.matches_character
        numbers = tuple(number for number, slot_id in round_.slot_id_by_number.items() if slot_id in votes)
        await ack(response_action="update", view=notice(words.TITLE, received(round_.character, numbers)))


@parses_payload
def sealed_answers_from(submission: FormSubmission) -> SealedAnswers:
    """Parse the answers; the fields of a candidate carry its slot id."""
    checkboxes = _by_slot(submission, _CHECKBOXES)
    flaw_menus = _by_slot(submission, _FLAW_MENU)
    return SealedAnswers(
        reads_human=frozenset(slot_id for slot_id, checked in checkboxes.items() if {HUMAN, BOTH} & set(checked)),
        matches_character=frozenset(
            slot_id for slot_id, checked in checkboxes.items() if {LIKENESS, BOTH} & set(checked)
        ),
        flaws={slot_id: tuple(FlawTag(value) for value in flaws) for slot_id, flaws in flaw_menus.items() if flaws},
        none_of_these=NONE in submission.values.get(NONE, ()),
    )


def _by_slot(submission: FormSubmission, prefix: str) -> dict[str, tuple[str, ...]]:
    return {
        field.removeprefix(prefix): values for field, values in submission.values.items() if field.startswith(prefix)
    }
