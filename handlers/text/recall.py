"""Recall of a face by its character's name: the face, lists, full size and facts."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.brief import Reference
from bot.domain.face import Character, Face, Portrait, Unlock
from bot.domain.passport import Provenance
from bot.domain.upscale import Upscale
from handlers.text import passport as passport_text
from handlers.text import reference_photo as reference_photo_text
from handlers.text import upscale as upscale_text
from handlers.text.format import (
    channel,
    channel_title,
    day,
    dollars,
    escape_mrkdwn,
    join_parts,
    link,
    person,
    pluralize,
    truncate,
    when,
)
from handlers.text.model_titles import Titles
from handlers.text.record import unlocked_by

_NAME_LIMIT = 40

_MAX_ALIASES = 5

NO_FACES = "No one is cast yet. Start in a channel: /cast Maya: weathered 60-year-old fisherwoman"


def face_line(face: Face, titles: Titles, url: str) -> str:
    """Return `Cast in #harbour-film on 24 November by @lead · candidate 1 · Recraft V4.1 · its round`."""
    return join_parts(
        f"Cast in {channel(face.place.channel)} on {day(face.locked_at)} by {person(face.locked_by)}",
        f"candidate {face.number}",
        escape_mrkdwn(titles(face.model)),
        link(url, "voting record") if url else "",
    )


def other_versions(history: Sequence[Face], titles: Titles) -> str:
    """List up to five other versions, newest first; empty if there is none."""
    current_face = next((face for face in history if not face.unlocked), None)
    others = [
        f"version {f.version}, {day(f.locked_at)}, {escape_mrkdwn(titles(f.model))}{', unlocked' if f.unlocked else ''}"
        for f in history
        if f is not current_face
    ][:5]
    return f"Other versions: {'; '.join(others)}" if others else ""


def unlocked(face: Face, url: str) -> str:
    """Describe a character whose faces were all unlocked; `face` is the newest."""
    assert face.unlocked
    text = f"Version {face.version} was unlocked {unlocked_by(face.unlocked)}"
    record = f" {link(url, 'Voting record')}" if url else ""
    return f"{escape_mrkdwn(face.character)} has no face now. {text}{record}"


def show_version(face: Face) -> str:
    return f"Show version {face.version}"


def being_cast(name: str, closes_at: datetime | None, url: str) -> str:
    """Describe a character whose round is open."""
    progress = f"voting closes {when(closes_at)}" if closes_at else "its portraits are being drawn"
    text = f"{escape_mrkdwn(name)} is being cast right now: {progress}."
    return f"{text} {link(url, 'Go there')}" if url else text


def being_recast(closes_at: datetime | None, url: str) -> str:
    """Return `Being re-cast now: voting closes tomorrow at 18:00 · Go to the round`."""
    progress = f"voting closes {when(closes_at)}" if closes_at else "the new portraits are being drawn"
    return join_parts(f"Being re-cast now: {progress}", link(url, "Go to the round") if url else "")


def shared_by(user_id: str) -> str:
    return f"Shared by {person(user_id)}"


def did_you_mean(name: str, near: Sequence[str]) -> str:
    suggestion = escape_mrkdwn(near[0]) if len(near) == 1 else "one of these"
    return f"No {escape_mrkdwn(name)}. Did you mean {suggestion}?"


def ambiguous(name: str) -> str:
    return f"There is more than one {escape_mrkdwn(name)}. Which do you mean?"


def not_found(name: str) -> str:
    if not name:
        return "No face found here. /cast list shows the faces that you can see."
    name = escape_mrkdwn(name)
    return f"No one called {name} here. /cast list shows who is cast; /cast {name}: … starts a round."


def list_line(character: Character) -> str:
    name = escape_mrkdwn(truncate(character.name, _NAME_LIMIT))
    return f"{name} · {production_name(character)} · {status(character)}"


def production_name(character: Character) -> str:
    """Name a character's production, or else the channel of its first round."""
    return escape_mrkdwn(character.production_name) or channel_title(character.place.channel)


def alias_list(aliases: Sequence[str]) -> str:
    """Return `also: the fisherwoman, Mum`; empty without aliases."""
    if not aliases:
        return ""
    more = len(aliases) - _MAX_ALIASES
    text = ", ".join(escape_mrkdwn(alias) for alias in aliases[:_MAX_ALIASES])
    return f"also: {text} and {more} more" if more > 0 else f"also: {text}"


def status(character: Character) -> str:
    """Say whether and since when a character has a face, and whether a round is open."""
    if character.face is None:
        last_face = character.last_unlocked_face
        if last_face is None or last_face.unlocked is None:
            return "being cast"
        text = f"no face now, version {last_face.version} unlocked {day(last_face.unlocked.at)}"
        return f"{text} · being cast" if character.open_round_id else text
    text = f"cast {day(character.face.locked_at)}"
    return f"{text} · being re-cast" if character.open_round_id else text


def list_heading(number: int) -> str:
    return pluralize(number, "character") if number else NO_FACES


def more_faces(number: int) -> str:
    return f"and {number} more: /cast NAME shows one, my Home tab all of them"


def full_size_upscale(upscale: Upscale, url: str) -> str:
    """Link to the upscale, with its size; empty while it has no picture."""
    if not (portrait := upscale.portrait):
        return ""
    location = link(url, "Open the finish") if url else "The finish is not in the round's thread yet; try again soon"
    return f"Finish: {_file_details(portrait)}. {location}."


def full_size(name: str, face: Face, url: str) -> str:
    """Link to the original, with its size."""
    missing = "The original is not in the round's thread yet; try again soon"
    location = link(url, "Open the original") if url else missing
    return f"{escape_mrkdwn(name)}, {_file_details(face.portrait)}. {location}."


def _file_details(portrait: Portrait) -> str:
    kind = portrait.media_type.removeprefix("image/").upper()
    return f"{portrait.width} × {portrait.height} pixels, {kind}, {portrait.length / 1_000_000:.1f} MB"


HEADING = "Details"

PROMPT = "The prompt"

STYLE = "House style"

_USES = {"film": "film", "advertising": "advertising", "internal": "internal use"}

_SOURCES = {"exact": "as the vendor counted", "listed": "by its price list", "unknown": "if it was charged at all"}


def rows(
    face: Face,
    titles: Titles,
    reference: Reference | None = None,
    upscale: Upscale | None = None,
    recast_reason: str = "",
    style: str = "",
    provenance: Provenance | None = None,
) -> tuple[tuple[str, str], ...]:
    """Return pairs of a label and its value."""
    portrait, pixels = face.portrait, f"{face.portrait.width} × {face.portrait.height}"
    varied = f"candidate {face.variation_of} of its round, whose picture went along"
    return (
        ("Model", f"{escape_mrkdwn(titles(face.model))}, `{face.model}`"),
        ("Picture", f"{pixels}, {portrait.media_type}, {pluralize(portrait.length, 'byte')}"),
        *((("Varies", varied),) if face.variation_of else ()),
        ("SHA-256", f"`{portrait.sha256}`"),
        *(passport_text.rows(provenance) if provenance else ()),
        ("Seed", str(face.seed) if face.seed is not None else "none"),
        ("Price", f"{dollars(face.cost)} for this portrait, {_source(face.cost_source)}"),
        ("Ballot", _ballot(face)),
        ("Usage", _USES.get(face.use, "not specified")),
        ("Lead", person(face.lead)),
        ("Locked", f"by {person(face.locked_by)} on {day(face.locked_at)}, version {face.version}"),
        *((("Re-cast", escape_mrkdwn(recast_reason)),) if recast_reason else ()),
        *((("Unlocked", _unlocked(face.unlocked)),) if face.unlocked else ()),
        *reference_photo_text.rows(reference),
        *(((STYLE, escape_mrkdwn(style)),) if style else ()),
        ("Prompt version", escape_mrkdwn(face.prompt_version)),
        *(upscale_text.rows(upscale, titles, _source(upscale.cost_source)) if upscale else ()),
    )


def _source(cost_source: str) -> str:
    return _SOURCES.get(cost_source, "as reserved")


def _unlocked(unlock: Unlock) -> str:
    return f"by {person(unlock.person)} on {day(unlock.at)}: {escape_mrkdwn(unlock.reason)}"


def _ballot(face: Face) -> str:
    votes = ", ".join(f"{number}: {votes}" for number, votes in sorted(face.tally.items()))
    decided = "the lead decided" if face.decided_by_lead else "most votes won"
    return f"{pluralize(face.voters, 'person', 'people')} voted ({votes}); {decided}"
