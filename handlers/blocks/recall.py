"""A face, called by its character's name."""

from dataclasses import dataclass
from datetime import datetime

from bot.face import Face
from bot.finish import Finish
from bot.ports import Page
from bot.recall import Recalled
from handlers.blocks.view import Block, View, actions, button, context, header, image, section, view
from handlers.words import alt, finishing, labels
from handlers.words import recall as words
from handlers.words.text import quiet
from handlers.words.titles import Titles

LISTED = 20
_LINES_A_SECTION = 5


@dataclass(frozen=True)
class Sight:
    """Where the round of what was found can be seen: its message's address, the portrait's file, when it closes."""

    link: str = ""
    file_id: str | None = None
    closes_at: datetime | None = None


def recalled(found: Recalled, sight: Sight, titles: Titles, *, share: bool, place: str = "") -> View:
    """What was found; `share` offers to show it to the whole conversation. `place` tells presses in a modal apart."""
    if found.kind == "face" and (face := found.characters[0].face):
        return _face(found, face, sight, titles, share=share, place=place)
    if found.kind == "unlocked" and (former := found.characters[0].former):
        return _unlocked(found, former, sight, place=place)
    if found.kind == "casting":
        told = words.casting(found.characters[0].name, sight.closes_at, sight.link)
        return view(told, section(told))
    if found.kind in ("unsure", "several"):
        told = words.several(found.name) if found.kind == "several" else words.unsure(found.name, len(found.characters))
        return view(told, section(told), *choices(found))
    return view(words.nothing(found.name), section(words.nothing(found.name)))


def listing(page: Page) -> View:
    """The first characters somebody may see, one a line."""
    told = words.listing(page.total)
    lines = [words.listed(c) for c in page.characters]
    parts = [lines[n : n + _LINES_A_SECTION] for n in range(0, len(lines), _LINES_A_SECTION)]
    more = words.further(page.total - len(lines)) if page.total > len(lines) else ""
    return view(told, section(told), *(section("\n".join(part)) for part in parts), context(more))


def full(face: Face, url: str, finish: Finish | None = None, finish_url: str = "") -> View:
    told = words.full(face.character, face, url)
    finished = words.full_finish(finish, finish_url) if finish else ""
    return view(told, section(told), section(finished) if finished else None)


def in_dialog(found: Recalled, sight: Sight, titles: Titles) -> View:
    """What was found, in a modal, whose presses come without a conversation."""
    return recalled(found, sight, titles, share=False, place="card_")


def _face(found: Recalled, face: Face, sight: Sight, titles: Titles, *, share: bool, place: str) -> View:
    character = found.characters[0]
    told = words.face(face, titles, sight.link)
    presses = [button("share", labels.SHARE, character.id)] if share else []
    presses += [
        button(f"{place}full", labels.FULL, face.round_id),
        button(f"{place}facts", labels.FACTS, face.round_id),
        button(f"{place}take", labels.TAKE, face.round_id),
        *([] if place or len(found.history) < 2 else [button("versions", labels.VERSIONS, face.round_id)]),
        *([] if place else [button("history", labels.HISTORY, character.id)]),
    ]
    return view(
        f"{quiet(character.name)}: {told}",
        header(character.name),
        context(words.also(character.aliases)),
        image(sight.file_id, alt.face(character.name, face.brief)) if sight.file_id else None,
        section(told),
        context(finishing.original(face.portrait), finishing.brief(found.finish) if found.finish else ""),
        context(words.versions(found.history, titles)),
        actions(presses),
    )


def _unlocked(found: Recalled, former: Face, sight: Sight, *, place: str) -> View:
    """Who has no face any more: the last one is a press away."""
    told = words.unlocked(former, sight.link)
    presses = [
        button(f"{place}full", words.see(former), former.round_id),
        button(f"{place}facts", labels.FACTS, former.round_id),
        *([] if place or len(found.history) < 2 else [button("versions", labels.VERSIONS, former.round_id)]),
        *([] if place else [button("history", labels.HISTORY, found.characters[0].id)]),
    ]
    return view(told, section(told), actions(presses))


def choices(found: Recalled, action: str = "recall") -> list[Block | None]:
    """The suggestions, pressed for `action`; where names repeat, the line above them says where each was cast."""
    numbered = list(enumerate(found.characters, start=1))
    presses = [button(f"{action}:{n}", labels.suggested(c.name, c.aliases), c.id) for n, c in numbered]
    if found.kind == "several":
        lines = [f"{n}: {words.listed(c)}" for n, c in numbered]
        presses = [button(f"{action}:{n}", f"{n} · {c.name}", c.id) for n, c in numbered]
        return [section("\n".join(lines)), actions(presses)]
    return [actions(presses)]
