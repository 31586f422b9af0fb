"""Recall of a face by its character's name: the answer, lists, full size and facts."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.brief import Reference
from bot.domain.command_hints import meant_command
from bot.domain.face import Face
from bot.domain.passport import Provenance
from bot.domain.upscale import Upscale
from bot.ports.roster import Page
from bot.usecases.recall import RecallResult
from handlers.text import alt_text, consent_withdrawal, labels
from handlers.text import help as help_text
from handlers.text import picture_report as report_text
from handlers.text import recall as words
from handlers.text import upscale as upscale_text
from handlers.text.format import escape_mrkdwn
from handlers.text.model_titles import Titles
from handlers.views.builder import Block, View, actions, button, context, header, image, quote, section, text_view, view

MAX_LISTED = 20
_LINES_PER_SECTION = 5
_PROMPT_LIMIT = 6500


@dataclass(frozen=True)
class Location:
    """Where Slack shows a round: its message's link, the portrait's file id, and the closing time.

    `recast` is the location of the open round that casts the face again. With `is_reported` its pictures are hidden.
    """

    link: str = ""
    file_id: str | None = None
    closes_at: datetime | None = None
    recast: "Location | None" = None
    is_reported: bool = False


def recalled(
    found: RecallResult,
    location: Location,
    titles: Titles,
    *,
    can_share: bool,
    action_prefix: str = "",
    shared_by: str = "",
) -> View:
    """Show what was found; `can_share` adds a share button, `action_prefix` marks action ids in a modal.

    `shared_by` is the user who shows a face to a whole conversation.
    """
    if found.kind == "face" and (face := found.characters[0].face):
        shown = _face_view(found, face, location, titles, can_share=can_share, action_prefix=action_prefix)
        note = context(words.shared_by(shared_by)) if shared_by else None
        return replace(shown, blocks=(*shown.blocks, note)) if note else shown
    if found.kind == "unlocked" and (last_face := found.characters[0].last_unlocked_face):
        return _unlocked_view(found, last_face, location, action_prefix=action_prefix)
    if found.kind == "casting":
        return text_view(words.being_cast(found.characters[0].name, location.closes_at, location.link))
    return unresolved(found)


def unresolved(found: RecallResult, action: str = "recall", hint: str = "") -> View:
    """Ask which character is meant, with a button of `action` for each, or say that there is none.

    `hint` is a further sentence, about a command that may have been meant.
    """
    text = words.not_found(found.name)
    if found.kind == "several":
        text = words.ambiguous(found.name)
    elif found.kind == "unsure":
        text = words.did_you_mean(found.name, [c.name for c in found.characters])
    return view(text, section(text), *_suggestion_blocks(found, action), context(hint))


def unclear_line(found: RecallResult, line: str) -> View | None:
    """Answer a line that names no character and resembles a command; None for every other line."""
    if found.kind not in ("nothing", "unsure") or not (command := meant_command(line)):
        return None
    if found.kind == "nothing":
        return text_view(help_text.meant(line, command))
    return unresolved(found, hint=help_text.or_command(command))


def listing(page: Page) -> View:
    """List the first characters, one per line."""
    text = words.list_heading(page.total)
    lines = [words.list_line(c) for c in page.characters]
    parts = [lines[n : n + _LINES_PER_SECTION] for n in range(0, len(lines), _LINES_PER_SECTION)]
    more = words.more_faces(page.total - len(lines)) if page.total > len(lines) else ""
    return view(text, section(text), *(section("\n".join(part)) for part in parts), context(more))


def full_size(face: Face, url: str, upscale: Upscale | None = None, upscale_url: str = "") -> View:
    text = words.full_size(face.character, face, url)
    upscale_line = words.full_size_upscale(upscale, upscale_url) if upscale else ""
    return view(text, section(text), section(upscale_line) if upscale_line else None)


def facts(
    face: Face,
    titles: Titles,
    reference: Reference | None = None,
    upscale: Upscale | None = None,
    recast_reason: str = "",
    style: str = "",
    provenance: Provenance | None = None,
) -> View:
    rows = words.rows(face, titles, reference, upscale, recast_reason, style, provenance)
    lines = "\n".join(f"*{label}:* {value}" for label, value in rows)
    return view(
        f"{words.HEADING}: {escape_mrkdwn(face.character)}",
        header(f"{words.HEADING} · {face.character}"),
        section(lines),
        section(f"*{words.PROMPT}:*"),
        quote(face.prompt, _PROMPT_LIMIT),
    )


def _face_view(
    found: RecallResult, face: Face, location: Location, titles: Titles, *, can_share: bool, action_prefix: str
) -> View:
    character = found.characters[0]
    text = words.face_line(face, titles, location.link)
    buttons = [button("share", labels.SHARE, character.id)] if can_share else []
    buttons += [
        button(f"{action_prefix}full", labels.FULL, face.round_id),
        button(f"{action_prefix}facts", labels.FACTS, face.round_id),
        button(f"{action_prefix}take", labels.DOWNLOAD, face.round_id),
        *([] if action_prefix else _version_buttons(found, face)),
        *([] if action_prefix else [button("report", report_text.BUTTON, face.round_id)]),
    ]
    return view(
        f"{escape_mrkdwn(character.name)}: {text}",
        header(character.name),
        context(words.alias_list(character.aliases)),
        image(location.file_id, alt_text.face(character.name, face.brief)) if location.file_id else None,
        section(report_text.FACE_HIDDEN) if location.is_reported else None,
        section(text),
        context(consent_withdrawal.notice(face.consent_withdrawn_at)),
        context(words.being_recast(location.recast.closes_at, location.recast.link)) if location.recast else None,
        context(
            upscale_text.original_size(face.portrait),
            upscale_text.upscaled_size(found.upscale) if found.upscale else "",
        ),
        context(words.other_versions(found.history, titles)),
        actions(buttons),
    )


def _unlocked_view(found: RecallResult, last_face: Face, location: Location, *, action_prefix: str) -> View:
    """Show a character without a face, with buttons for the last one."""
    buttons = [
        button(f"{action_prefix}full", words.show_version(last_face), last_face.round_id),
        button(f"{action_prefix}facts", labels.FACTS, last_face.round_id),
        *([] if action_prefix else _version_buttons(found, last_face)),
    ]
    return text_view(words.unlocked(last_face, location.link), *buttons)


def _version_buttons(found: RecallResult, face: Face) -> Iterator[Block]:
    if len(found.history) > 1:
        yield button("versions", labels.VERSIONS, face.round_id)
    yield button("history", labels.HISTORY, found.characters[0].id)


def _suggestion_blocks(found: RecallResult, action: str) -> Iterator[Block | None]:
    """Number repeated names, and say where each was cast."""
    numbered = list(enumerate(found.characters, start=1)) if found.kind in ("unsure", "several") else []
    if found.kind == "several":
        yield section("\n".join(f"{n}: {words.list_line(c)}" for n, c in numbered))
        yield actions(button(f"{action}:{n}", f"{n} · {c.name}", c.id) for n, c in numbered)
    else:
        yield actions(button(f"{action}:{n}", labels.suggestion(c.name, c.aliases), c.id) for n, c in numbered)
