"""Direct messages about what concerns one person and no round."""

from bot.catalogue import Ending
from bot.ports import Reader
from handlers.asking import asking
from handlers.clients import Clients
from handlers.words import endings


class SlackMessenger:
    """Implements the port Messenger: `chat.postMessage` to a person's id opens their direct message with the app
    (docs.slack.dev, chat.postMessage, "Channels")."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def tell(self, reader: Reader, ending: Ending) -> None:
        client = self._clients.of(reader.team)
        with asking("chat.postMessage"):
            await client.chat_postMessage(channel=reader.person, text=endings.notice(ending))
