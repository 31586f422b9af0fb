"""The closer look: a modal with the candidates one chooses, all at one crop and size."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.looking import Closer
from handlers.blocks.dialog import dialog
from handlers.blocks.view import Block, button, context, image, plain, section, view
from handlers.words import alt, refusals
from handlers.words import looking as words
from handlers.words.text import cut
from handlers.words.titles import Titles

WHICH = "look_at"
_OPTION_LIMIT = 75


def press(round_id: str) -> Block:
    """The button that opens it."""
    return button("look", words.LOOK, round_id)


def look(closer: Closer, titles: Titles, addresses: Mapping[str, str]) -> dict[str, Any]:
    """`addresses` by slot id: where each picture can be opened alone."""
    round_ = closer.round
    shown = view(
        words.TITLE,
        section(words.which(closer), _menu(closer, titles)) | {"block_id": WHICH},
        *_pictures(closer, titles, addresses),
        section(words.NOTHING) if not closer.chosen else None,
    )
    return dialog("look", round_.id, words.TITLE, "", shown)


def _menu(closer: Closer, titles: Titles) -> Block:
    """In a section, since a field would want a button that sends the modal in; it tells at once what is chosen."""
    options = {s.id: _option(words.option(closer.round, s, titles), s.id) for s in closer.round.candidates}
    menu: Block = {"type": "multi_static_select", "action_id": WHICH, "placeholder": plain(words.ANY)}
    chosen = [options[slot.id] for slot in closer.chosen]
    return menu | {"options": list(options.values())} | ({"initial_options": chosen} if chosen else {})


def _option(label: str, value: str) -> Block:
    return {"text": plain(cut(label, _OPTION_LIMIT)), "value": value}


def _pictures(closer: Closer, titles: Titles, addresses: Mapping[str, str]) -> Iterator[Block | None]:
    """A picture's title says whose it is, and where Slack shows no picture the line below does."""
    shown = [slot for slot in closer.chosen if slot.file_id]
    if len(shown) < len(closer.chosen):
        yield section(refusals.no_sheet(closer.round) if closer.round.sheet_refused else words.NO_PICTURES)
    for slot in shown:
        told = alt.candidate(closer.round, slot.number or 0)
        yield image(slot.file_id or "", told) | {"title": plain(words.caption(closer.round, slot, titles))}
        yield context(words.way(closer.round, slot, addresses.get(slot.id, "")))
