"""What is said when a face is called by its character's name."""

from collections.abc import Sequence
from datetime import datetime

from bot.face import Character, Face, Portrait
from bot.finish import Finish
from handlers.words.text import channel, count, cut, day, link, person, quiet, when
from handlers.words.titles import Titles

_LISTED_NAME = 40
NOBODY = "Nobody is cast yet. In a channel I am in: /cast Maya: weathered 60-year-old fisherwoman"


def face(face: Face, titles: Titles, url: str) -> str:
    """`Cast in #harbour-film on 24 November by @lead · candidate 1 · Recraft V4.1 · the round`."""
    since = f"Cast in {channel(face.place.channel)} on {day(face.locked_at)} by {person(face.locked_by)}"
    parts = [since, f"candidate {face.number}", quiet(titles(face.model))]
    return " · ".join([*parts, *([link(url, "its round")] if url else [])])


def versions(history: Sequence[Face], titles: Titles) -> str:
    """The faces before the present one, newest first; empty when there is none."""
    before = [f"version {f.version}, {day(f.locked_at)}, {quiet(titles(f.model))}" for f in history[1:6]]
    return f"Before: {'; '.join(before)}" if before else ""


def casting(name: str, closes_at: datetime | None, url: str) -> str:
    """A character whose round is open."""
    what = f"voting closes {when(closes_at)}" if closes_at else "its portraits are being drawn"
    told = f"{quiet(name)} is being cast right now: {what}."
    return f"{told} {link(url, 'Go there')}" if url else told


def unsure(name: str) -> str:
    return f"No {quiet(name)} here. Did you mean one of these?"


def several(name: str) -> str:
    return f"There is more than one {quiet(name)}. Which do you mean?"


def nothing(name: str) -> str:
    if not name:
        return "I have no face here that you may see. /cast list shows those that you may."
    return f"No {quiet(name)} here that you may see. /cast list shows who is; /cast {quiet(name)}: … casts them."


def listed(character: Character) -> str:
    """One line of a list of characters."""
    where = quiet(character.film) or channel(character.place.channel)
    return f"{quiet(cut(character.name, _LISTED_NAME))} · {where} · {standing(character)}"


def standing(character: Character) -> str:
    """Whether a character has a face, since when, and whether a round is open."""
    if character.face is None:
        return "being cast"
    since = f"cast {day(character.face.locked_at)}"
    return f"{since} · being re-cast" if character.open_round else since


def listing(number: int) -> str:
    return f"{count(number, 'character')} that you may see" if number else NOBODY


def further(number: int) -> str:
    return f"and {number} more: /cast and a name shows one"


def full_finish(finish: Finish, url: str) -> str:
    """Where the finish is, and what it is; empty while it has no picture."""
    if not (portrait := finish.portrait):
        return ""
    where = link(url, "Open the finish") if url else "The finish is not in the round's thread yet; try again soon"
    return f"Finish: {_file(portrait)}. {where}."


def full(name: str, face: Face, url: str) -> str:
    """Where the original is, and what it is."""
    where = link(url, "Open the original") if url else "The original is not in the round's thread yet; try again soon"
    return f"{quiet(name)}, {_file(face.portrait)}. {where}."


def _file(portrait: Portrait) -> str:
    kind = portrait.media_type.removeprefix("image/").upper()
    return f"{portrait.width} × {portrait.height} pixels, {kind}, {portrait.length / 1_000_000:.1f} MB"
