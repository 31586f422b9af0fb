"""Standings from the home tab, and the buttons under them: the other scope, and sharing in the channel."""

import re
from dataclasses import dataclass
from typing import cast

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import ChannelRef
from bot.usecases.standings import Scope
from handlers.presenters.standings import StandingsPresenter
from handlers.slack.error_replies import reply_with_errors
from handlers.slack.listeners import Listeners, press_listener, view_action_listener
from handlers.slack.modals import notice, open_modal
from handlers.slack.payloads.values import ButtonPress, ViewAction
from handlers.slack.responder import Responder
from handlers.text import standings as words
from handlers.views import private


@dataclass(frozen=True)
class StandingsListeners(Listeners):
    """Listeners under standings. The buttons carry a channel, looked up in the user's own workspace only."""

    standings: StandingsPresenter

    def listen(self, app: AsyncApp) -> None:
        app.action(re.compile(r"^standings:(workspace|production)$"))(press_listener(self.on_scope, ack_first=True))
        app.action("home_standings")(view_action_listener(self.on_home))
        app.action("share_standings")(press_listener(self.on_share, ack_first=True))

    async def on_scope(self, press: ButtonPress, _responder: Responder) -> None:
        """Send the standings over all channels, or over the production's."""
        place = ChannelRef(press.place.team, press.id)
        await self.guard.require_member(press.person, place)
        scope = cast("Scope", press.action_id.partition(":")[2])
        await self.standings.send(press.person, place, scope)

    async def on_home(self, view_action: ViewAction, client: AsyncWebClient) -> None:
        """Send the standings over all channels that the user sees, from the home tab."""
        form = view_action.form
        async with reply_with_errors(lambda view: open_modal(client, form.trigger_id, notice(words.HOME, view))):
            # First, because the trigger of a modal expires after three seconds.
            await open_modal(client, form.trigger_id, notice(words.HOME, private.note(words.ON_THE_WAY)))
            await self.standings.send_from_home(form.person, form.place.team)

    async def on_share(self, press: ButtonPress, responder: Responder) -> None:
        """Post the standings of the channel's own rounds."""
        place = ChannelRef(press.place.team, press.id)
        await self.guard.require_member(press.person, place)
        await self.standings.share(press.person, place)
        await responder.ephemeral(private.note(words.SHARED))
