"""The buttons under standings: the other scope, and sharing in the channel."""

import re
from typing import cast

from slack_bolt.async_app import AsyncApp

from bot.domain.ids import ChannelRef
from bot.usecases.standings import Scope
from handlers.presenters.standings import StandingsPresenter
from handlers.slack.listeners import press_listener
from handlers.slack.ownership import WorkspaceGuard
from handlers.slack.payloads.values import ButtonPress
from handlers.slack.responder import Responder
from handlers.text import standings as words
from handlers.views import private


class StandingsListeners:
    """Listeners under standings. The buttons carry a channel, looked up in the user's own workspace only."""

    def __init__(self, standings: StandingsPresenter, guard: WorkspaceGuard) -> None:
        self._standings = standings
        self._guard = guard

    def listen(self, app: AsyncApp) -> None:
        app.action(re.compile(r"^standings:(workspace|production)$"))(press_listener(self.on_scope, ack_first=True))
        app.action("share_standings")(press_listener(self.on_share, ack_first=True))

    async def on_scope(self, press: ButtonPress, _responder: Responder) -> None:
        """Send the standings over all channels, or over the production's."""
        place = ChannelRef(press.place.team, press.id)
        await self._guard.require_member(press.person, place)
        scope = cast("Scope", press.action_id.partition(":")[2])
        await self._standings.send(press.person, place, scope)

    async def on_share(self, press: ButtonPress, responder: Responder) -> None:
        """Post the standings of the channel's own rounds."""
        place = ChannelRef(press.place.team, press.id)
        await self._guard.require_member(press.person, place)
        await self._standings.share(press.person, place)
        await responder.ephemeral(private.note(words.SHARED))
