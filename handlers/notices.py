"""Direct messages about what concerns one person and no round."""

from functools import partial

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.bars import bars
from bot.catalogue import Catalogue, Ending
from bot.errors import Unreachable
from bot.face import Place
from bot.imaging import aside
from bot.ports import Reader
from bot.round import Round
from bot.statement import Entry, Statement
from handlers.asking import asking, with_pictures
from handlers.blocks import spend as blocks
from handlers.blocks.fit import fit
from handlers.blocks.private import note
from handlers.blocks.view import View
from handlers.clients import Clients
from handlers.delivery import write_to
from handlers.links import Links
from handlers.uploads import Upload, Uploads
from handlers.words import endings
from handlers.words import spend as words
from handlers.words import voters as words_of_voters
from handlers.words.titles import Titles

log = structlog.get_logger()

_FILE_WAITS = (0.3, 0.6, 1.2)


class SlackMessenger:
    """Implements the port Messenger: `chat.postMessage` to a person's id opens their direct message with the app
    (docs.slack.dev, chat.postMessage, "Channels")."""

    def __init__(self, clients: Clients, catalogue: Catalogue) -> None:
        self._clients = clients
        self._titles = Titles(catalogue)
        self._uploads = Uploads(clients)
        self._links = Links(clients)

    async def tell(self, reader: Reader, ending: Ending) -> None:
        client = self._clients.of(reader.team)
        with asking("chat.postMessage"):
            await client.chat_postMessage(channel=reader.person, text=endings.notice(ending))

    async def tell_overspent(self, reader: Reader, entry: Entry) -> None:
        await write_to(reader.person, blocks.overspent(entry), self._clients.of(reader.team))

    async def remind(self, reader: Reader, round_: Round) -> None:
        told = words_of_voters.missing(round_, await self._links.of(round_))
        await write_to(reader.person, note(told), self._clients.of(reader.team))

    async def show_statement(self, reader: Reader, statement: Statement) -> None:
        """The words first, then the picture: it hangs in the thread of its own message, where nobody else may look and
        from where Slack is sure to show it. Without it the message says the same."""
        client = self._clients.of(reader.team)
        view = blocks.statement(statement, self._titles)
        with asking("chat.postMessage"):
            answer, _ = await with_pictures(partial(_post, client, reader.person), fit(view))
        if not statement.productions:
            return
        where = Place(reader.team, str(answer["channel"]))
        try:
            await self._illustrate(where, str(answer["ts"]), statement)
        except Unreachable as error:
            log.info("statement_without_picture", what=error.what)

    async def _illustrate(self, where: Place, ts: str, statement: Statement) -> None:
        drawn = await aside(bars, words.panels(statement, self._titles))
        upload = Upload(drawn, words.FILE_NAME, words.header(statement), words.alt(statement, self._titles))
        (file_id,) = await self._uploads.put(where, ts, [upload])
        await self._uploads.ready(where.team, file_id)
        view = blocks.statement(statement, self._titles, file_id)
        with asking("chat.update"):
            await with_pictures(partial(_update, self._clients.of(where.team), where, ts), fit(view), _FILE_WAITS)


async def _post(client: AsyncWebClient, person: str, view: View) -> AsyncSlackResponse:
    return await client.chat_postMessage(channel=person, text=view.text, blocks=view.blocks)


async def _update(client: AsyncWebClient, where: Place, ts: str, view: View) -> None:
    await client.chat_update(channel=where.channel, ts=ts, text=view.text, blocks=view.blocks)
