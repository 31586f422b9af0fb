"""The closer look: a modal with the candidates one chooses, all at one crop and size."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.looking import Closer
from handlers.blocks.dialog import How, dialog, picks
from handlers.blocks.view import Block, button, context, image, plain, section, view
from handlers.words import alt
from handlers.words import looking as words
from handlers.words.titles import Titles

WHICH = "look_at"


def press(round_id: str) -> Block:
    """The button that opens it."""
    return button("look", words.LOOK, round_id)


def look(closer: Closer, titles: Titles, addresses: Mapping[str, str]) -> dict[str, Any]:
    """`addresses` by slot id: where each picture can be opened alone."""
    round_ = closer.round
    options = [(words.option(round_, slot, titles), slot.id) for slot in round_.candidates]
    which = picks(WHICH, words.WHICH, words.ANY, options, [s.id for s in closer.chosen], How(optional=True, tells=True))
    shown = view(
        words.TITLE,
        which,
        context(words.note(closer)),
        *_pictures(closer, titles, addresses),
        section(words.NOTHING) if not closer.chosen else None,
    )
    return dialog("look", round_.id, words.TITLE, "", shown)


def _pictures(closer: Closer, titles: Titles, addresses: Mapping[str, str]) -> Iterator[Block | None]:
    """A picture's title says whose it is, and where Slack shows no picture the line below does."""
    for slot in closer.chosen:
        if slot.file_id is None:
            yield section(f"*{slot.number}*\n{words.NO_PICTURES}")
            continue
        told = alt.candidate(closer.round, slot.number or 0)
        yield image(slot.file_id, told) | {"title": plain(words.caption(closer.round, slot, titles))}
        yield context(words.way(closer.round, slot, addresses.get(slot.id, "")))
