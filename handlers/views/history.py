"""A character's history, and two of its versions side by side."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from bot.domain.face import Face
from bot.domain.timeline import TimelineEvent
from bot.usecases.history import CharacterHistory
from handlers.text import alt_text, labels
from handlers.text import history as words
from handlers.text.format import escape_mrkdwn
from handlers.text.model_titles import Titles
from handlers.views.builder import Block, View, actions, button, context, header, image, section, view
from handlers.views.fields import build_modal, multi_select, select
from handlers.views.recall import unresolved

PAGE_SIZE = 12
LEFT, RIGHT, LARGE = "version_left", "version_right", "version_large"
_SECTION_LIMIT = 2800
_MAX_VERSIONS = 100


def history(
    character_history: CharacterHistory, page: int, links: Mapping[str, str], titles: Titles | None = None
) -> View:
    """Show one page of events, newest first; `links` are messages' URLs by round id."""
    found = character_history.recall_result
    if found.kind in ("unsure", "several", "nothing"):
        return unresolved(found, "history")
    events = events_on_page(character_history, page)
    lines = [words.event(event, links.get(event.round_id, ""), titles) for event in events]
    remaining = len(character_history.events) - (page + 1) * PAGE_SIZE
    title = words.heading(character_history.character.name)
    return view(
        f"{escape_mrkdwn(title)}. {words.summary(character_history)}",
        header(title),
        context(words.summary(character_history)),
        *(_sections(lines) or [section(words.NOTHING)]),
        context(words.more_before(remaining)) if remaining > 0 else None,
        actions(_buttons(character_history, page, remaining)),
    )


def _sections(lines: Sequence[str]) -> list[Block]:
    """Fill as few sections as hold all lines; a line may be long."""
    parts: list[str] = []
    for line in lines:
        if parts and len(parts[-1]) + len(line) < _SECTION_LIMIT:
            parts[-1] += f"\n{line}"
        else:
            parts.append(line)
    return [section(part) for part in parts]


def events_on_page(character_history: CharacterHistory, page: int) -> Sequence[TimelineEvent]:
    return character_history.events[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]


def versions(
    faces: Sequence[Face],
    pair: tuple[Face, Face],
    files: Mapping[str, str | None],
    reasons: Mapping[str, str],
    titles: Titles,
    side_by_side: str = "",
    large: Collection[str] = (),
) -> dict[str, Any]:
    """Build the modal: two versions, the older first, with menus if there are more.

    `side_by_side` is the file that shows both; a version whose round is in `large` is then shown large as well. Without
    that file, each version has its own picture.
    """
    older, newer = sorted(pair, key=lambda face: face.version)
    alone = large if side_by_side else [face.round_id for face in pair]
    shown = {round_id: file_id for round_id, file_id in files.items() if round_id in alone}
    version_blocks = [block for face in (older, newer) for block in _version_blocks(face, shown, reasons, titles)]
    both = _side_by_side(older, newer, side_by_side, large) if side_by_side else ()
    title = words.versions_title(newer.character)
    menus = _version_menus(faces, older, newer) if len(faces) > len(pair) else ()
    return build_modal("versions", newer.round_id, title, "", view(title, *menus, *both, *version_blocks))


def _buttons(character_history: CharacterHistory, page: int, remaining: int) -> Iterator[Block]:
    faces = character_history.recall_result.history
    if len(faces) > 1:
        yield button("versions", labels.VERSIONS, faces[0].round_id)
    if remaining > 0:
        yield button("earlier", labels.EARLIER, f"{character_history.character.id} {page + 1}")


def _beside_its_label(menu: Block) -> Block:
    """Turn an input into a section: Slack takes no input in a modal without a submit button."""
    return section(menu["label"]["text"], menu["element"]) | {"block_id": menu["block_id"]}


def _version_menus(faces: Sequence[Face], older: Face, newer: Face) -> tuple[Block, Block]:
    versions_by_id = [(words.version_title(face), face.round_id) for face in faces[:_MAX_VERSIONS]]
    return (
        _beside_its_label(select(LEFT, words.FIRST_VERSION, versions_by_id, older.round_id, dispatch=True)),
        _beside_its_label(select(RIGHT, words.SECOND_VERSION, versions_by_id, newer.round_id, dispatch=True)),
    )


def _side_by_side(older: Face, newer: Face, file_id: str, large: Collection[str]) -> tuple[Block, Block]:
    """Show both versions in one picture, and offer each large."""
    choices = [(words.version_title(face), face.round_id) for face in (older, newer)]
    alt = alt_text.versions(newer.character, newer.brief, [older.version, newer.version])
    menu_id = large_block_id(older, newer)
    menu = multi_select(menu_id, words.SHOW_LARGE, words.WHICH, choices, large, dispatch=True)
    return image(file_id, alt), _beside_its_label(menu)


def large_block_id(*pair: Face) -> str:
    """Return the menu's id, another one for each pair: Slack keeps the choices of a block that stays."""
    older, newer = sorted(pair, key=lambda face: face.version)
    return f"{LARGE}:{older.version}:{newer.version}"


def _version_blocks(
    face: Face, files: Mapping[str, str | None], reasons: Mapping[str, str], titles: Titles
) -> Iterator[Block]:
    yield section(words.version(face, titles, reasons.get(face.round_id, "")))
    if file_id := files.get(face.round_id):
        yield image(file_id, alt_text.face(face.character, face.brief))
