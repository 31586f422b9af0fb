"""The cast of a production on its way to people: words first, then the pictures in their thread."""

from collections.abc import Callable, Sequence
from functools import partial

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import NotAvailableHere, PortraitMissing, SlackUnavailable
from bot.domain.face import Character
from bot.domain.ids import ChannelRef
from bot.imaging.poster import FACES_PER_POSTER, Caption
from bot.usecases.casting import Casting
from bot.usecases.roster_poster import VisibleRoster
from handlers.slack.api_errors import send_view, slack_call
from handlers.slack.clients import Clients
from handlers.slack.directory import SlackDirectory
from handlers.slack.files import Upload, Uploads
from handlers.text import alt_text
from handlers.text import roster as words
from handlers.views.builder import View
from handlers.views.roster import roster, with_share_button

log = structlog.get_logger()

_FILE_RETRY_DELAYS = (0.3, 0.6, 1.2)

Captions = list[tuple[Character, Caption]]


class RosterPresenter:
    """Sends posters to one person, and into a channel."""

    def __init__(self, casting: Casting, directory: SlackDirectory, clients: Clients) -> None:
        self._roster_poster = casting.roster_poster
        self._directory = directory
        self._clients = clients
        self._uploads = Uploads(clients)

    async def send(self, person: str, place: ChannelRef) -> bool:
        """The cast of `place`'s production into the person's own messages; False where there is none to be seen.

        Raises Unreachable.
        """
        visible_roster = await self._roster_poster.visible_to(person, place)
        if not visible_roster.characters:
            return False
        channel_name = await self._directory.channel_name(place)
        is_dm = place.channel.startswith("D")
        decorate = _unchanged if is_dm else partial(with_share_button, channel=place.channel, channel_name=channel_name)
        await self._post(visible_roster, channel_name, ChannelRef(place.team, person), decorate)
        return True

    async def share(self, person: str, place: ChannelRef) -> VisibleRoster:
        """The same into the channel `place`, with those faces alone that everybody there may see; raises NotHere,
        Unreachable."""
        if not await self._directory.can_see(person, place):
            raise NotAvailableHere("unknown")
        if not await self._directory.can_post(place):
            raise NotAvailableHere("not_invited")
        visible_roster = await self._roster_poster.shareable_in(person, place)
        if visible_roster.characters:
            await self._post(visible_roster, await self._directory.channel_name(place), place, _unchanged)
        return visible_roster

    async def _post(
        self, visible_roster: VisibleRoster, channel_name: str, recipient: ChannelRef, decorate: Callable[[View], View]
    ) -> None:
        """A message that says what it is, and gets its pictures once Slack can show them."""
        client = self._clients.for_team(recipient.team)
        title, captions = words.title(visible_roster, channel_name), words.captions(visible_roster)
        build_view = partial(roster, visible_roster, title, captions, per_poster=FACES_PER_POSTER)
        view = decorate(build_view(files=(), note=words.RENDERING))
        with slack_call("chat.postMessage"):
            posted = await client.chat_postMessage(channel=recipient.channel, text=view.text, blocks=view.blocks)
        channel, ts = ChannelRef(recipient.team, str(posted["channel"])), str(posted["ts"])
        try:
            final_view = decorate(build_view(files=await self._upload_posters(channel, ts, captions, title)))
        except (PortraitMissing, SlackUnavailable) as error:
            log.warning("roster_picture_missing", why=str(error))
            final_view = decorate(build_view(files=(), note=words.NO_PICTURE))
        with slack_call("chat.update"):
            await send_view(partial(_update, client, channel, ts), final_view, _FILE_RETRY_DELAYS)

    async def _upload_posters(self, channel: ChannelRef, ts: str, captions: Captions, title: str) -> Sequence[str]:
        """The posters, in the message's thread, where they are for the same people."""
        pictures = await self._roster_poster.render(captions, words.drawable_title(title))
        uploads = []
        for n, data in enumerate(pictures):
            names = [character.name for character, _ in captions[n * FACES_PER_POSTER : (n + 1) * FACES_PER_POSTER]]
            uploads.append(Upload(data, f"{words.FILE_NAME}-{n + 1}.jpg", title, alt_text.poster(title, names)))
        files = await self._uploads.upload(channel, ts, uploads)
        for file_id in files:
            await self._uploads.wait_until_displayable(channel.team, file_id)
        return files


def _unchanged(view: View) -> View:
    return view


async def _update(client: AsyncWebClient, channel: ChannelRef, ts: str, view: View) -> None:
    await client.chat_update(channel=channel.channel, ts=ts, text=view.text, blocks=view.blocks)
