"""The cast of a production as pictures."""

from collections.abc import Sequence

from bot.domain.face import Character
from bot.imaging.poster import Caption
from bot.usecases.roster_poster import VisibleRoster
from handlers.text import alt_text
from handlers.text import roster as words
from handlers.text.format import escape_mrkdwn
from handlers.views.builder import Block, View, actions, button, context, header, image, section, view


def roster(
    visible_roster: VisibleRoster,
    title: str,
    captions: list[tuple[Character, Caption]],
    files: Sequence[str],
    per_poster: int,
    note: str = "",
) -> View:
    """Show the posters `files`, with `per_poster` faces on each, or `note` while there are none."""
    names = [character.name for character, _ in captions]
    images = [
        image(file_id, alt_text.poster(title, names[n * per_poster : (n + 1) * per_poster]))
        for n, file_id in enumerate(files)
    ]
    return view(
        f"{escape_mrkdwn(title)}: {words.total(visible_roster)}",
        header(title),
        section(words.total(visible_roster)),
        *images,
        context(words.number_legend(captions)),
        context(note),
    )


def with_share_button(message: View, channel: str, channel_name: str) -> View:
    """Add a button that shares the view in a channel."""
    share_block: Block | None = actions([button("share_roster", words.share(channel_name), channel)])
    return view(message.text, *message.blocks, share_block, image_placeholder=message.image_placeholder)
