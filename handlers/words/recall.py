"""What is said when a face is called by its character's name."""

from collections.abc import Sequence
from datetime import datetime

from bot.face import Character, Face, Portrait
from bot.finish import Finish
from handlers.words.records import sentence
from handlers.words.text import channel, count, cut, day, link, person, quiet, when
from handlers.words.titles import Titles

_LISTED_NAME = 40
_ALIASES = 5
NOBODY = "Nobody is cast yet. In a channel I am in: /cast Maya: weathered 60-year-old fisherwoman"


def face(face: Face, titles: Titles, url: str) -> str:
    """`Cast in #harbour-film on 24 November by @lead · candidate 1 · Recraft V4.1 · the round`."""
    since = f"Cast in {channel(face.place.channel)} on {day(face.locked_at)} by {person(face.locked_by)}"
    parts = [since, f"candidate {face.number}", quiet(titles(face.model))]
    return " · ".join([*parts, *([link(url, "its round")] if url else [])])


def versions(history: Sequence[Face], titles: Titles) -> str:
    """The faces beside the present one, newest first; empty when there is none."""
    present = next((face for face in history if not face.released), None)
    before = [
        f"version {f.version}, {day(f.locked_at)}, {quiet(titles(f.model))}{', unlocked' if f.released else ''}"
        for f in history
        if f is not present
    ][:5]
    return f"Other versions: {'; '.join(before)}" if before else ""


def unlocked(face: Face, url: str) -> str:
    """A character whose faces were all unlocked: the newest of them."""
    gone = face.released
    assert gone
    told = f"Version {face.version} was unlocked by {person(gone.person)} on {day(gone.at)}: {sentence(gone.reason)}"
    return f"{quiet(face.character)} has no face now. {told}" + (f" {link(url, 'Its round')}" if url else "")


def see(face: Face) -> str:
    return f"See version {face.version}"


def casting(name: str, closes_at: datetime | None, url: str) -> str:
    """A character whose round is open."""
    what = f"voting closes {when(closes_at)}" if closes_at else "its portraits are being drawn"
    told = f"{quiet(name)} is being cast right now: {what}."
    return f"{told} {link(url, 'Go there')}" if url else told


def unsure(name: str, number: int) -> str:
    return f"No {quiet(name)} here. Did you mean {'this one' if number == 1 else 'one of these'}?"


def several(name: str) -> str:
    return f"There is more than one {quiet(name)}. Which do you mean?"


def nothing(name: str) -> str:
    if not name:
        return "I have no face here that you may see. /cast list shows those that you may."
    return f"No {quiet(name)} here that you may see. /cast list shows who is; /cast {quiet(name)}: … casts them."


def listed(character: Character) -> str:
    """One line of a list of characters."""
    return f"{quiet(cut(character.name, _LISTED_NAME))} · {where(character)} · {standing(character)}"


def where(character: Character) -> str:
    """The production a character belongs to, by its name or the channel it was cast in."""
    if character.film:
        return quiet(character.film)
    direct = character.place.channel.startswith("D")
    return "Direct messages" if direct else channel(character.place.channel)


def also(aliases: Sequence[str]) -> str:
    """`also: the fisherwoman, Mum`; empty for who has one name."""
    if not aliases:
        return ""
    more = len(aliases) - _ALIASES
    told = ", ".join(quiet(alias) for alias in aliases[:_ALIASES])
    return f"also: {told} and {more} more" if more > 0 else f"also: {told}"


def standing(character: Character) -> str:
    """Whether a character has a face, since when, and whether a round is open."""
    if character.face is None:
        former = character.former
        if former is None or former.released is None:
            return "being cast"
        since = f"no face now, version {former.version} unlocked {day(former.released.at)}"
        return f"{since} · being cast" if character.open_round else since
    since = f"cast {day(character.face.locked_at)}"
    return f"{since} · being re-cast" if character.open_round else since


def listing(number: int) -> str:
    return f"{count(number, 'character')} that you may see" if number else NOBODY


def further(number: int) -> str:
    return f"and {number} more: /cast and a name shows one, my Home all of them"


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
