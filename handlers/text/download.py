"""The download of a face."""

from bot.usecases.character_sheet_package import fits_package
from bot.usecases.download import FaceArchive
from handlers.text import character_sheet
from handlers.text.format import escape_mrkdwn, size


def contents(archive: FaceArchive) -> str:
    """List what the ZIP contains, for the message beside it."""
    upscale = f", its finish ({size(archive.upscale.portrait)})" if archive.upscale and archive.upscale.portrait else ""
    sheet = character_sheet.package(archive.sheet, is_included=fits_package(archive.sheet))
    original = f"the original ({size(archive.face.portrait)}){upscale}{sheet}"
    return (
        f"*{escape_mrkdwn(archive.face.character)}'s package*: {original}, the prompt, the record, and the SHA-256 of "
        "each picture. The ZIP is in the thread."
    )


def sent(archive: FaceArchive) -> str:
    megabytes = len(archive.data) / 1_000_000
    return f"{escape_mrkdwn(archive.face.character)} is in our direct messages as a ZIP of {megabytes:.1f} MB."
