"""The form of a callback or a re-audition: it shows the price of each choice, and its submission starts the round."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Generic, TypeVar

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import CastingError, PriceIncreased
from bot.ports.rounds import StartResult
from bot.usecases.follow_ups import FollowUpRequest
from handlers.slack.error_replies import ignore, reply_with_errors
from handlers.slack.listeners import (
    Listeners,
    form_listener,
    in_place_of_form,
    modal_listener,
    show_field_error,
    view_action_listener,
)
from handlers.slack.modals import Modal, update_modal
from handlers.slack.payloads.scalars import parse_price, parses_payload
from handlers.slack.payloads.values import ButtonPress, FormSubmission, ViewAction
from handlers.text import follow_ups

Choice = TypeVar("Choice")


class FollowUpListeners(Listeners, ABC, Generic[Choice]):
    """Listeners for one kind; money is reserved and the round is saved before the ack, everything else after it.

    A button and the form itself have the id `callback_id`; a change of one of the `fields` changes the price.
    """

    callback_id: str
    title: str
    fields: Sequence[str]

    @abstractmethod
    async def form(self, round_id: str, person: str, key: str, choice: Choice | None = None, note: str = "") -> Modal:
        """Build the form with a choice, or with the proposal, and its price."""

    @abstractmethod
    async def start(self, request: FollowUpRequest[Choice]) -> StartResult:
        """Reserve and save the round."""

    @abstractmethod
    def choice_from(self, submission: FormSubmission) -> Choice:
        """Parse what the form has chosen."""

    @abstractmethod
    def field_of(self, error: CastingError) -> str:
        """Return the field to show an error at, empty if no other choice avoids the error."""

    def listen(self, app: AsyncApp) -> None:
        app.action(self.callback_id)(modal_listener(self.on_press, self.guard.get_round))
        for field in self.fields:
            app.action(field)(view_action_listener(self.on_choice, self._check_round))
        app.view(self.callback_id)(form_listener(self.on_submit, in_place_of_form(self.title)))

    async def on_press(self, press: ButtonPress) -> Modal:
        """Build the form with the proposal and its price."""
        return await self.form(press.id, press.person, str(press.event_ts_us))

    async def on_choice(self, view_action: ViewAction, client: AsyncWebClient) -> None:
        """Show what the changed choice costs."""
        _, request = self._request_from(view_action.form)
        modal = await self.form(request.round_id, request.person, request.key, request.choice)
        await update_modal(client, view_action.view_id, modal, view_action.view_hash)

    async def on_submit(self, submitted: FormSubmission, ack: AsyncAck) -> None:
        """Start the round; show errors at their fields, and ask again where it costs more than shown."""
        submission, request = self._request_from(submitted)
        await self.guard.get_round(submission)
        try:
            started = await self.start(request)
        except PriceIncreased as increase:
            note = follow_ups.price_increased(increase.price)
            modal = await self.form(request.round_id, request.person, request.key, request.choice, note)
            await ack(response_action="update", view=modal)
            return
        except CastingError as error:
            if not (field := self.field_of(error)):
                raise
            await show_field_error(ack, field, error)
            return
        await ack()
        async with reply_with_errors(ignore):
            await self.casting.start_round.enqueue_follow_up(started.round)

    async def _check_round(self, submitted: FormSubmission) -> None:
        await self.guard.get_round(self._request_from(submitted)[0])

    @parses_payload
    def _request_from(self, submission: FormSubmission) -> tuple[FormSubmission, FollowUpRequest[Choice]]:
        """Parse the form into a request, and the form itself with the round's id alone."""
        round_id, key, shown_price = submission.expect_ids(3)
        choice = self.choice_from(submission)
        request = FollowUpRequest(round_id, submission.person, choice, key, parse_price(shown_price))
        return submission.for_id(round_id), request
