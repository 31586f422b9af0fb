"""A character's history as an answer, and two of its versions side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.face import Face
from bot.history import Event, Told
from handlers.blocks.dialog import How, dialog, pick
from handlers.blocks.recall import choices
from handlers.blocks.view import Block, View, actions, button, context, header, image, section, view
from handlers.words import alt, labels
from handlers.words import history as words
from handlers.words import recall as recalling
from handlers.words.text import quiet
from handlers.words.titles import Titles

PAGE = 12
LEFT, RIGHT = "version_left", "version_right"
_SECTION_LIMIT = 2800
_MOST_VERSIONS = 100


def history(told: Told, page: int, links: Mapping[str, str]) -> View:
    """One page of events, newest first; `links` lead to rounds' messages by round id."""
    found = told.found
    if found.kind in ("unsure", "several"):
        asked = (
            recalling.several(found.name)
            if found.kind == "several"
            else recalling.unsure(found.name, len(found.characters))
        )
        return view(asked, section(asked), *choices(found, "history"))
    if found.kind == "nothing":
        return view(recalling.nothing(found.name), section(recalling.nothing(found.name)))
    shown = page_of(told, page)
    lines = [words.event(event, links.get(event.round_id, "")) for event in shown]
    left = len(told.events) - (page + 1) * PAGE
    title = words.heading(told.character.name)
    return view(
        f"{quiet(title)}. {words.summary(told)}",
        header(title),
        context(words.summary(told)),
        *(_sections(lines) or [section(words.NOTHING)]),
        context(words.earlier(left)) if left > 0 else None,
        actions(_presses(told, page, left)),
    )


def _sections(lines: Sequence[str]) -> list[Block]:
    """As few as hold all lines uncut: a reason may be long."""
    parts: list[str] = []
    for line in lines:
        if parts and len(parts[-1]) + len(line) < _SECTION_LIMIT:
            parts[-1] += f"\n{line}"
        else:
            parts.append(line)
    return [section(part) for part in parts]


def page_of(told: Told, page: int) -> Sequence[Event]:
    return told.events[page * PAGE : (page + 1) * PAGE]


def versions(
    all_: Sequence[Face],
    pair: tuple[Face, Face],
    files: Mapping[str, str | None],
    because: Mapping[str, str],
    titles: Titles,
) -> dict[str, Any]:
    """The modal: two versions at one crop, the older first; with more than two, which ones can be picked."""
    older, newer = sorted(pair, key=lambda face: face.version)
    picked = [block for face in (older, newer) for block in _version(face, files, because, titles)]
    told = words.versions_title(newer.character)
    return dialog(
        "versions",
        newer.round_id,
        told,
        "",
        view(told, *(_picks(all_, older, newer) if len(all_) > len(pair) else ()), *picked),
    )


def _presses(told: Told, page: int, left: int) -> list[Block]:
    presses = []
    if len(told.found.history) > 1:
        presses.append(button("versions", labels.VERSIONS, told.found.history[0].round_id))
    if left > 0:
        presses.append(button("earlier", labels.EARLIER, f"{told.character.id} {page + 1}"))
    return presses


def _picks(all_: Sequence[Face], older: Face, newer: Face) -> tuple[Block, Block]:
    known = [(words.version_title(face), face.round_id) for face in all_[:_MOST_VERSIONS]]
    tells = How(tells=True)
    return (
        pick(LEFT, words.ONE, known, older.round_id, tells),
        pick(RIGHT, words.OTHER, known, newer.round_id, tells),
    )


def _version(face: Face, files: Mapping[str, str | None], because: Mapping[str, str], titles: Titles) -> list[Block]:
    file_id = files.get(face.round_id)
    told = section(words.version(face, titles, because.get(face.round_id, "")))
    shown = image(file_id, alt.face(face.character, face.brief)) if file_id else None
    return [block for block in (told, shown) if block]
