"""Sends the roster as a PDF to the user who asks for it."""

import structlog

from bot.domain.command import RosterPdfCommand
from bot.domain.ids import ChannelRef
from bot.domain.service_errors import PortraitMissing, SlackUnavailable
from bot.imaging.pictures import run_in_thread
from bot.usecases.casting import Casting
from handlers.slack.clients import Clients
from handlers.slack.directory import SlackDirectory
from handlers.slack.files import Upload, Uploads
from handlers.slack.responder import send_dm
from handlers.text import roster as roster_words
from handlers.text import roster_pdf as words
from handlers.text.format import escape_mrkdwn
from handlers.text.model_titles import Titles
from handlers.views.builder import View

log = structlog.get_logger()


class RosterPdfPresenter:
    """Sender of PDFs, in direct messages only: who gets them outside of Slack is the user's decision."""

    def __init__(
        self, casting: Casting, titles: Titles, directory: SlackDirectory, clients: Clients, uploads: Uploads
    ) -> None:
        self._casting = casting
        self._titles = titles
        self._directory = directory
        self._clients = clients
        self._uploads = uploads

    async def send(self, command: RosterPdfCommand, person: str, place: ChannelRef) -> str:
        """Send the PDF of the production of `place`; return the private answer in the channel."""
        pdf_roster = await self._casting.roster_pdfs.load(person, place)
        if not pdf_roster.characters:
            return roster_words.NO_FACES
        title = roster_words.title(pdf_roster.roster, await self._directory.channel_name(place))
        today = self._casting.now().date()
        try:
            # In a thread: the first use looks through the system's fonts.
            texts = await run_in_thread(words.texts, pdf_roster, title, command, self._titles, today)
            data = await self._casting.roster_pdfs.render(pdf_roster, texts)
            client = await self._clients.for_team(place.team)
            posted = await send_dm(person, View(escape_mrkdwn(words.contents(pdf_roster, title)), ()), client)
            upload = Upload(data, words.FILE_NAME, title, words.alt_text(title, len(pdf_roster.characters)))
            rounds = [character.face.round_id for character in pdf_roster.characters if character.face]
            await self._uploads.upload(ChannelRef(place.team, posted.channel), posted.ts, [upload], rounds)
        except (PortraitMissing, SlackUnavailable) as error:
            log.warning("roster_pdf_missing", why=str(error))
            return words.NOT_SENT
        return words.SENT
