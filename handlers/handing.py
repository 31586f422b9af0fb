"""A face with all that belongs to it, handed to one person in their own messages."""

from bot.face import Place
from bot.taking import Parcel
from handlers.asking import asking
from handlers.clients import Clients
from handlers.uploads import Upload, Uploads
from handlers.words import alt, taking


class Handing:
    """Hands parcels over, never into a channel."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._uploads = Uploads(clients)

    async def hand(self, team: str, person: str, parcel: Parcel) -> None:
        """A message that says what it is, and the file in its thread; raises Unreachable.

        `chat.postMessage` takes a person's id and answers with their conversation's (docs.slack.dev); the upload wants
        the latter.
        """
        with asking("chat.postMessage"):
            posted = await self._clients.of(team).chat_postMessage(channel=person, text=taking.contents(parcel))
        upload = Upload(parcel.data, parcel.filename, parcel.filename, alt.parcel(parcel.face.character))
        await self._uploads.put(Place(team, str(posted["channel"])), str(posted["ts"]), [upload])
