"""A face with all that belongs to it, handed to one person in their own messages."""

from bot.face import ChannelRef
from bot.taking import FaceArchive
from handlers.asking import slack_call
from handlers.clients import Clients
from handlers.uploads import Upload, Uploads
from handlers.words import alt, taking


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
            posted = await self._clients.for_team(team).chat_postMessage(channel=person, text=taking.contents(archive))
        upload = Upload(archive.data, archive.filename, archive.filename, alt.archive(archive.face.character))
        await self._uploads.upload(ChannelRef(team, str(posted["channel"])), str(posted["ts"]), [upload])
