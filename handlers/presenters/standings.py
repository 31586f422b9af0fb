"""Sends standings: the message first, then its picture, which is uploaded into the message's own thread."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from bot.domain.errors import NotAvailableHere
from bot.domain.ids import ChannelRef
from bot.domain.service_errors import SlackUnavailable
from bot.imaging.intervals import interval_chart
from bot.imaging.pictures import run_in_thread
from bot.usecases.casting import Casting
from bot.usecases.standings import Scope, Standings
from handlers.slack.clients import Clients
from handlers.slack.directory import SlackDirectory
from handlers.slack.files import Upload, Uploads
from handlers.slack.locations import RoundLocations
from handlers.slack.responder import post_message, update_message
from handlers.text import standings as words
from handlers.text.model_titles import Titles
from handlers.views.builder import Block, View
from handlers.views.standings import private_buttons, standings_view

log = structlog.get_logger()

_MAX_LINKS = 6


@dataclass(frozen=True)
class StandingsPresenter:
    """Sender of standings to one user or to a channel."""

    casting: Casting
    titles: Titles
    directory: SlackDirectory
    clients: Clients
    uploads: Uploads
    locations: RoundLocations

    async def send(self, person: str, place: ChannelRef, scope: Scope) -> None:
        """Send the standings as a direct message; raises SlackUnavailable."""
        standings = await self.casting.standings.for_person(person, place, scope)
        can_share = not place.is_dm and await self.casting.permissions.may_change_settings(place, person)
        channel_name = await self.directory.channel_name(place)
        buttons = private_buttons(standings, place.channel, channel_name, can_share=can_share)
        await self._post(standings, ChannelRef(place.team, person), buttons)

    async def send_from_home(self, person: str, team: str) -> None:
        """Send the standings over all channels that the person sees; raises SlackUnavailable."""
        standings = await self.casting.standings.for_person(person, ChannelRef(team, ""), "workspace")
        await self._post(standings, ChannelRef(team, person), None)

    async def share(self, person: str, place: ChannelRef) -> None:
        """Post the standings of the channel in it; raises NotAvailableHere, PermissionDenied, SlackUnavailable."""
        if not await self.directory.can_post(place):
            raise NotAvailableHere("not_invited")
        await self._post(await self.casting.standings.for_channel(person, place), place, None)

    async def _post(self, standings: Standings, recipient: ChannelRef, buttons: Block | None) -> None:
        links = await self._round_links(standings)

        def build_view(file_id: str = "") -> View:
            return standings_view(standings, self.titles, lambda round_id: links.get(round_id, ""), file_id, buttons)

        client = await self.clients.for_team(recipient.team)
        posted = await post_message(build_view(), recipient, client)
        rows = words.rows(standings.report.verdicts, self.titles)
        if not rows:
            return
        try:
            picture = await run_in_thread(interval_chart, rows, words.LEFT_LABEL, words.RIGHT_LABEL)
            alt_text = words.alt_text(standings.report.verdicts, self.titles)
            upload = Upload(picture, words.FILE_NAME, words.title(standings), alt_text)
            channel = ChannelRef(recipient.team, posted.channel)
            (file_id,) = await self.uploads.upload(channel, posted.ts, [upload])
            await self.uploads.wait_until_displayable(recipient.team, file_id)
            await update_message(build_view(file_id), posted, client)
        except SlackUnavailable as error:
            log.info("standings_picture_missing", what=error.operation)

    async def _round_links(self, standings: Standings) -> Mapping[str, str]:
        """Return links to the rounds that a verdict depends on; all of them are in channels that the reader sees."""
        ids = list(dict.fromkeys(i for one in standings.report.verdicts for i in one.flips_without[:2]))[:_MAX_LINKS]
        return dict(zip(ids, await asyncio.gather(*map(self._link, ids)), strict=True))

    async def _link(self, round_id: str) -> str:
        try:
            return await self.locations.named_link(round_id)
        except SlackUnavailable:
            return ""
