"""A face with all that belongs to it, handed to one person in their own messages."""

from bot.domain.ids import ChannelRef
from bot.usecases.download import FaceArchive
from handlers.slack.api_errors import slack_call
from handlers.slack.clients import Clients
from handlers.slack.files import Upload, Uploads
from handlers.text import alt_text
from handlers.text import download as download_text


class ArchiveSender:
    """Hands parcels over, never into a channel."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._uploads = Uploads(clients)

    async def send(self, team: str, person: str, archive: FaceArchive) -> None:
        """A message that says what it is, and the file in its thread; raises Unreachable.

        `chat.postMessage` takes a person's id and answers with their conversation's (docs.slack.dev); the upload wants
        the latter.
        """
        with slack_call("chat.postMessage"):
            posted = await self._clients.for_team(team).chat_postMessage(
                channel=person, text=download_text.contents(archive)
            )
        upload = Upload(archive.data, archive.filename, archive.filename, alt_text.archive(archive.face.character))
        await self._uploads.upload(ChannelRef(team, str(posted["channel"])), str(posted["ts"]), [upload])
