"""The press that shows the cast of a production to everybody in its channel."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.domain.ids import ChannelRef
from bot.usecases.casting import Casting
from handlers.presenters.roster import RosterPresenter
from handlers.slack.clients import Clients
from handlers.slack.directory import SlackDirectory
from handlers.slack.error_replies import reply_with_errors
from handlers.slack.payloads import Payload, press_from
from handlers.slack.responder import Responder
from handlers.text import roster as roster_text
from handlers.text.format import channel
from handlers.views import private


class RosterListeners:
    """Listens under pictures of a cast. The button names a channel of the presser's own workspace; who may see what
    there is asked anew."""

    def __init__(self, casting: Casting, directory: SlackDirectory, clients: Clients) -> None:
        self._roster_presenter = RosterPresenter(casting, directory, clients)

    def listen(self, app: AsyncApp) -> None:
        app.action("share_roster")(self.on_share)

    async def on_share(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            responder.thread_ts = press.thread_ts
            await responder.ack()
            visible_roster = await self._roster_presenter.share(press.person, ChannelRef(press.place.team, press.id))
            await responder.ephemeral(private.note(roster_text.shared(visible_roster, channel(press.id))))
