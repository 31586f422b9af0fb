"""Sends the archive of a face to one user."""

from bot.domain.ids import ChannelRef
from bot.ports.erasure import MessageAddress, PostedMessages
from bot.usecases.download import FaceArchive
from handlers.slack.clients import Clients
from handlers.slack.files import Upload, Uploads
from handlers.slack.responder import send_dm
from handlers.text import alt_text, download
from handlers.views.builder import View


class ArchiveSender:
    """Sender of archives, in direct messages only."""

    def __init__(self, clients: Clients, uploads: Uploads, posted: PostedMessages) -> None:
        self._clients = clients
        self._posted = posted
        self._uploads = uploads

    async def send(self, team: str, person: str, archive: FaceArchive) -> None:
        """Send a message that lists the contents, with the file in its thread; raises SlackUnavailable."""
        posted = await send_dm(person, View(download.contents(archive), ()), await self._clients.for_team(team))
        await self._posted.add(archive.face.round_id, MessageAddress(posted.channel, posted.ts))
        upload = Upload(archive.data, archive.filename, archive.filename, alt_text.archive(archive.face.character))
        await self._uploads.upload(ChannelRef(team, posted.channel), posted.ts, [upload], [archive.face.round_id])
