"""Where a face comes from: prompt, model, file, price, ballot, people."""

from bot.brief import Reference
from bot.face import Face
from bot.finish import Upscale
from handlers.blocks.view import View, header, quote, section, view
from handlers.words import facts as words
from handlers.words.text import escape_mrkdwn
from handlers.words.titles import Titles

_PROMPT_LIMIT = 6500


def facts(
    face: Face,
    titles: Titles,
    reference: Reference | None = None,
    upscale: Upscale | None = None,
    recast_reason: str = "",
    style: str = "",
) -> View:
    lines = "\n".join(
        f"*{label}:* {value}" for label, value in words.rows(face, titles, reference, upscale, recast_reason, style)
    )
    return view(
        f"{words.HEADING}: {escape_mrkdwn(face.character)}",
        header(f"{words.HEADING} · {face.character}"),
        section(lines),
        section(f"*{words.PROMPT}:*"),
        quote(face.prompt, _PROMPT_LIMIT),
    )
