"""The roster as a PDF for people without Slack, with the faces that everyone in the channel may see."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.face import Character
from bot.domain.ids import ChannelRef
from bot.domain.service_errors import PortraitMissing
from bot.imaging.pictures import run_in_thread
from bot.imaging.roster_pdf import PAGES_PER_PDF, PdfCover, PdfMarks, PdfPage, RosterPdf
from bot.usecases.download import name_lookup
from bot.usecases.ports import UseCase
from bot.usecases.roster_poster import RosterPoster, VisibleRoster


@dataclass(frozen=True)
class PdfRoster:
    """What a PDF shows: the characters that fit, and the names of people by user id."""

    roster: VisibleRoster
    characters: tuple[Character, ...]
    names: dict[str, str]


@dataclass(frozen=True)
class PdfTexts:
    """The words of the PDF; `page_of` makes those of one character."""

    cover: PdfCover
    footer: str
    marks: PdfMarks
    page_of: Callable[[Character], PdfPage]


@dataclass(frozen=True, slots=True)
class RosterPdfs(UseCase):
    """Selects the faces and draws the PDF, one portrait in memory at a time."""

    roster_poster: RosterPoster

    async def load(self, person: str, place: ChannelRef) -> PdfRoster:
        """Return the faces that the person and everyone in `place` may see, and who cast them."""
        roster = await self.roster_poster.shareable_in(person, place)
        characters = roster.characters[:PAGES_PER_PDF]
        name_of = name_lookup(self.ports.channel_access, self.ports.user_directory)
        people = {user for c in characters if c.face for user in (c.face.lead, c.face.locked_by)}
        names = {user: await name_of(place, user) for user in sorted(people)}
        return PdfRoster(roster, characters, names)

    async def render(self, pdf_roster: PdfRoster, texts: PdfTexts) -> bytes:
        """Draw the PDF; a lost or hidden portrait leaves a grey field. Raises PortraitMissing if all are lost."""
        pdf = await run_in_thread(RosterPdf, texts.cover, texts.footer, texts.marks)
        lost: list[PortraitMissing] = []
        hidden = await self.roster_poster.list_hidden(pdf_roster.characters)
        for character in pdf_roster.characters:
            preview = await self.roster_poster.load_preview(character, hidden, lost)
            await run_in_thread(pdf.add, preview, texts.page_of(character))
        if len(lost) == len(pdf_roster.characters):
            raise lost[0]
        return await run_in_thread(pdf.to_pdf)
