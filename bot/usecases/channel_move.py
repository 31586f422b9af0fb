"""A channel whose id Slack has changed."""

from dataclasses import dataclass

import structlog

from bot.domain.ids import ChannelRef
from bot.usecases.ports import UseCase
from bot.usecases.storage_retry import StorageRetry

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ChannelMove(UseCase):
    """Moves what belongs to a channel to the channel's new id."""

    storage_retry: StorageRetry

    async def move(self, place: ChannelRef, channel: str) -> None:
        """Give rounds, faces, settings and spend of `place` the new id, and redraw its open rounds.

        Repeats until storage accepts it, since Slack tells of the change once.
        """
        round_ids = await self.storage_retry.retry_until_stored(
            "", lambda: self.storage.productions.move_channel(place, channel)
        )
        log.info("channel_moved", team=place.team, old=place.channel, new=channel, open_rounds=len(round_ids))
        for round_id in round_ids:
            self.ports.publisher.schedule_redraw(round_id)
