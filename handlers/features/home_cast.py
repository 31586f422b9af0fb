"""[Cast a face] in the home tab: the user picks a channel, then fills in the round form."""

from dataclasses import dataclass

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import NotAvailableHere
from bot.domain.ids import ChannelRef
from handlers.slack.directory import SlackDirectory
from handlers.slack.listeners import Listeners, at_field, form_listener, view_action_listener
from handlers.slack.modals import open_modal
from handlers.slack.payloads.values import FormSubmission, ViewAction
from handlers.views import home_cast, round_form


@dataclass(frozen=True)
class HomeCastListeners(Listeners):
    """Listeners for the button and for the choice of a channel, which becomes the form of a round."""

    directory: SlackDirectory

    def listen(self, app: AsyncApp) -> None:
        app.action(home_cast.ACTION_ID)(view_action_listener(self.on_press))
        app.view(home_cast.CALLBACK_ID)(form_listener(self.on_channel, at_field(home_cast.CHANNEL)))

    async def on_press(self, view_action: ViewAction, client: AsyncWebClient) -> None:
        await open_modal(client, view_action.form.trigger_id, home_cast.choose_channel())

    async def on_channel(self, submission: FormSubmission, ack: AsyncAck) -> None:
        """Replace the choice with the form; raises NotAvailableHere where the user or the bot is not in the channel."""
        place = ChannelRef(submission.place.team, submission.value(home_cast.CHANNEL))
        await self.guard.require_member(submission.person, place)
        if not await self.directory.can_post(place):
            raise NotAvailableHere("not_invited")
        # The id of the modal is unique to it, so a second submission does not make a second draft.
        form_state = await self.casting.round_form.create(place, submission.person, submission.view_id)
        await ack(response_action="update", view=round_form.form(form_state, self.titles))
