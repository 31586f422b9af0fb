"""Sends the roster as a PDF to the user who asks for it."""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class RosterPdfPresenter:
    """Sender of PDFs, in direct messages only: who gets them outside of Slack is the user's decision."""

    casting: Casting
    titles: Titles
    directory: SlackDirectory
    clients: Clients
    uploads: Uploads

    async def send(self, command: RosterPdfCommand, person: str, place: ChannelRef) -> str:
        """Send the PDF of the production of `place`; return the private answer in the channel."""
        pdf_roster = await self.casting.roster_pdfs.load(person, place)
        if not pdf_roster.characters:
            return roster_words.NO_FACES
        title = roster_words.title(pdf_roster.roster, await self.directory.channel_name(place))
        today = self.casting.now().date()
        try:
            # In a thread: the first use looks through the system's fonts.
            texts = await run_in_thread(words.texts, pdf_roster, title, command, self.titles, today)
            data = await self.casting.roster_pdfs.render(pdf_roster, texts)
            client = await self.clients.for_team(place.team)
            posted = await send_dm(person, View(escape_mrkdwn(words.contents(pdf_roster, title)), ()), client)
            upload = Upload(data, words.FILE_NAME, title, words.alt_text(title, len(pdf_roster.characters)))
            rounds = [character.face.round_id for character in pdf_roster.characters if character.face]
            await self.uploads.upload(ChannelRef(place.team, posted.channel), posted.ts, [upload], rounds)
        except (PortraitMissing, SlackUnavailable) as error:
            log.warning("roster_pdf_missing", why=str(error))
            return words.NOT_SENT
        return words.SENT
