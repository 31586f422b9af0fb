"""The cast of a production, in pictures."""

from collections.abc import Sequence

from bot.face import Character
from bot.lineup import Cast
from bot.poster import Caption
from handlers.blocks.view import Block, View, actions, button, context, header, image, section, view
from handlers.words import alt
from handlers.words import roster as words
from handlers.words.text import quiet


def roster(
    cast: Cast, title: str, told: list[tuple[Character, Caption]], files: Sequence[str], a_poster: int, note: str = ""
) -> View:
    """`files` are the posters in order, `a_poster` faces on each; `note` stands there while there are none."""
    names = [character.name for character, _ in told]
    shown = [
        image(file_id, alt.poster(title, names[n * a_poster : (n + 1) * a_poster])) for n, file_id in enumerate(files)
    ]
    return view(
        f"{quiet(title)}: {words.total(cast)}",
        header(title),
        section(words.total(cast)),
        *shown,
        context(words.numbered(told)),
        context(note),
    )


def with_share(shown: View, channel: str, called: str) -> View:
    """The same with a press that shows it to everybody in a channel."""
    press: Block | None = actions([button("share_roster", words.share(called), channel)])
    return view(shown.text, *shown.blocks, press, instead=shown.instead)
