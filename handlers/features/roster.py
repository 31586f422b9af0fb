"""The button that shows the roster of a production to its whole channel."""

from dataclasses import dataclass

from slack_bolt.async_app import AsyncApp

from bot.domain.ids import ChannelRef
from handlers.presenters.roster import RosterPresenter
from handlers.slack.listeners import Listeners, press_listener
from handlers.slack.payloads.values import ButtonPress
from handlers.slack.responder import Responder
from handlers.text import roster as words
from handlers.text.format import channel
from handlers.views import private


@dataclass(frozen=True)
class RosterListeners(Listeners):
    """Listeners under roster posters."""

    roster: RosterPresenter

    def listen(self, app: AsyncApp) -> None:
        app.action("share_roster")(press_listener(self.on_share, ack_first=True))

    async def on_share(self, press: ButtonPress, responder: Responder) -> None:
        """Post the roster; the button carries a channel, looked up in the user's own workspace only."""
        place = ChannelRef(press.place.team, press.id)
        await self.guard.require_member(press.person, place)
        visible_roster = await self.roster.share(press.person, place)
        await responder.ephemeral(private.note(words.shared(visible_roster, channel(press.id))))
