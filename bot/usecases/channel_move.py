"""A channel whose id Slack has changed."""

from dataclasses import dataclass

import structlog

from bot.domain.ids import ChannelRef
from bot.usecases.ports import Ports

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ChannelMove:
    """Moves what belongs to a channel to the channel's new id."""

    ports: Ports

    async def move(self, place: ChannelRef, channel: str) -> None:
        """Give rounds, faces, settings and spend of `place` the new id, and redraw its open rounds."""
        round_ids = await self.ports.storage.productions.move_channel(place, channel)
        log.info("channel_moved", team=place.team, old=place.channel, new=channel, open_rounds=len(round_ids))
        for round_id in round_ids:
            self.ports.publisher.schedule_redraw(round_id)

    async def current(self, place: ChannelRef) -> ChannelRef:
        """Return the channel by its present id; buttons and forms may carry an earlier one."""
        return await self.ports.storage.productions.current_channel(place)
