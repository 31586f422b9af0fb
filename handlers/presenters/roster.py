"""Sends the roster of a production: the message first, then its posters in the thread."""

from collections.abc import Sequence

import structlog

from bot.domain.errors import NotAvailableHere
from bot.domain.face import Character
from bot.domain.ids import ChannelRef
from bot.domain.service_errors import PortraitMissing, SlackUnavailable
from bot.imaging.pictures import run_in_thread
from bot.imaging.poster import FACES_PER_POSTER, Caption
from bot.usecases.casting import Casting
from bot.usecases.roster_poster import VisibleRoster
from handlers.slack.clients import Clients
from handlers.slack.directory import SlackDirectory
from handlers.slack.files import Upload, Uploads
from handlers.slack.responder import post_message, update_message
from handlers.text import alt_text
from handlers.text import roster as words
from handlers.views.builder import View
from handlers.views.roster import roster, with_share_button

log = structlog.get_logger()

Captions = list[tuple[Character, Caption]]


class RosterPresenter:
    """Sender of rosters to one user or to a channel."""

    def __init__(self, casting: Casting, directory: SlackDirectory, clients: Clients, uploads: Uploads) -> None:
        self._roster_poster = casting.roster_poster
        self._directory = directory
        self._clients = clients
        self._uploads = uploads

    async def send(self, person: str, place: ChannelRef) -> bool:
        """Send the roster of the production of `place` as a direct message; raises SlackUnavailable.

        Returns False where the user may see no face.
        """
        visible_roster = await self._roster_poster.visible_to(person, place)
        if not visible_roster.characters:
            return False
        await self._post(visible_roster, place, ChannelRef(place.team, person), can_share=not place.is_dm)
        return True

    async def share(self, person: str, place: ChannelRef) -> VisibleRoster:
        """Post the roster in the channel `place`, with the faces that all its members may see.

        Raises NotAvailableHere, SlackUnavailable.
        """
        if not await self._directory.can_see(person, place):
            raise NotAvailableHere("unknown")
        if not await self._directory.can_post(place):
            raise NotAvailableHere("not_invited")
        visible_roster = await self._roster_poster.shareable_in(person, place)
        if visible_roster.characters:
            await self._post(visible_roster, place, place, can_share=False)
        return visible_roster

    async def _post(
        self, visible_roster: VisibleRoster, place: ChannelRef, recipient: ChannelRef, *, can_share: bool
    ) -> None:
        """Post the roster of `place`; add the posters once Slack can show them."""
        channel_name = await self._directory.channel_name(place)
        client = await self._clients.for_team(recipient.team)
        title = words.title(visible_roster, channel_name)
        captions = await run_in_thread(words.captions, visible_roster)  # looks through the system's fonts

        def build_view(files: Sequence[str], note: str = "") -> View:
            view = roster(visible_roster, title, captions, files, FACES_PER_POSTER, note)
            return with_share_button(view, place.channel, channel_name) if can_share else view

        posted = await post_message(build_view((), words.RENDERING), recipient, client)
        channel = ChannelRef(recipient.team, posted.channel)
        try:
            final_view = build_view(await self._upload_posters(channel, posted.ts, captions, title))
        except (PortraitMissing, SlackUnavailable) as error:
            log.warning("roster_picture_missing", why=str(error))
            final_view = build_view((), words.NO_PICTURE)
        await update_message(final_view, posted, client)

    async def _upload_posters(self, channel: ChannelRef, ts: str, captions: Captions, title: str) -> Sequence[str]:
        """Upload the posters into the message's thread, where the same users see them; return their file ids."""
        pictures = await self._roster_poster.render(captions, await run_in_thread(words.drawable_title, title))
        uploads = []
        rounds = [character.face.round_id for character, _ in captions if character.face]
        for n, data in enumerate(pictures):
            names = [character.name for character, _ in captions[n * FACES_PER_POSTER : (n + 1) * FACES_PER_POSTER]]
            uploads.append(Upload(data, f"{words.FILE_NAME}-{n + 1}.jpg", title, alt_text.poster(title, names)))
        files = await self._uploads.upload(channel, ts, uploads, rounds)
        for file_id in files:
            await self._uploads.wait_until_displayable(channel.team, file_id)
        return files
