"""Slack's event that a channel has a new id."""

from dataclasses import dataclass

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from handlers.slack.directory import SlackDirectory
from handlers.slack.listeners import Listeners, event_listener
from handlers.slack.payloads.parsers import channel_id_change_from
from handlers.slack.payloads.values import ChannelIdChange


@dataclass(frozen=True)
class ChannelMoveListeners(Listeners):
    """Listener for changed channel ids; other changes of a channel or a workspace, such as a rename, need nothing."""

    directory: SlackDirectory

    def listen(self, app: AsyncApp) -> None:
        app.event("channel_id_changed")(event_listener(channel_id_change_from, self.on_changed))

    async def on_changed(self, change: ChannelIdChange, client: AsyncWebClient) -> None:  # noqa: ARG002 - Bolt's argument
        self.directory.forget_channel(change.place)
        await self.casting.channel_move.move(change.place, change.channel)
