"""Where a face comes from: prompt, model, file, price, ballot, people."""

from bot.brief import Like
from bot.face import Face
from bot.finish import Finish
from handlers.blocks.view import View, header, quote, section, view
from handlers.words import facts as words
from handlers.words.text import quiet
from handlers.words.titles import Titles

_PROMPT_LIMIT = 6500


def facts(
    face: Face,
    titles: Titles,
    like: Like | None = None,
    finish: Finish | None = None,
    because: str = "",
    style: str = "",
) -> View:
    lines = "\n".join(f"*{label}:* {value}" for label, value in words.rows(face, titles, like, finish, because, style))
    return view(
        f"{words.HEADING}: {quiet(face.character)}",
        header(f"{words.HEADING} · {face.character}"),
        section(lines),
        section(f"*{words.PROMPT}:*"),
        quote(face.prompt, _PROMPT_LIMIT),
    )
