"""What a person's home says."""

from datetime import datetime
from decimal import Decimal

from bot.face import Character
from bot.home import HomeView
from bot.ports import Shelf
from handlers.words.recall import also, standing, where
from handlers.words.text import channel, count, cut, dollars, link, quiet, when

WAITING = "Waiting for your vote"
NOTHING_WAITS = "Nothing waits for your vote."
ROSTER = "Faces"
SPENDING = "Spending"
FIND = "Find a face"
FIND_HINT = "A name or another name of theirs, then Enter"
PRODUCTION = "Production"
EVERY_PRODUCTION = "All productions"
FACE = "Face"
PACKING = "Packing the face. It will be in your messages with me in a moment."

_TOLD = 60
_BRIEF = 90


def waiting(name: str, channel_id: str, closes_at: datetime | None, url: str) -> str:
    """`*Maya* · #harbour-film · closes tomorrow at 18:00 · Vote`."""
    place = "Direct messages" if channel_id.startswith("D") else channel(channel_id)
    closing = f"closes {when(closes_at)}" if closes_at else ""
    return " · ".join(filter(None, [f"*{quiet(name)}*", place, closing, link(url, "Vote") if url else ""]))


def further_waiting(number: int) -> str:
    return f"and {number} more" if number > 0 else ""


def shelf(character: Character) -> str:
    """What stands above the characters of one production."""
    return f"*{where(character)}*"


def card(character: Character) -> str:
    """A name with all it answers to, how the character stands, and the beginning of the brief behind the face."""
    face = character.face
    version = f"version {face.version}" if face and face.version > 1 else ""
    first = " · ".join(filter(None, [f"*{quiet(character.name)}*", also(character.aliases)]))
    brief = quiet(cut(" ".join(face.brief.split()), _BRIEF)) if face else ""
    return "\n".join(filter(None, [first, " · ".join(filter(None, [version, standing(character)])), brief]))


def production(shelf: Shelf, called: str) -> str:
    """A production in a menu: its name, or `#harbour-film` where it has none and the channel is `called` so."""
    if shelf.film:
        return shelf.film
    return f"#{called}" if called else "Direct messages"


def found(seen: HomeView) -> str:
    """How many there are, and which of them these are."""
    words = quiet(cut(seen.looking.words, _TOLD))
    if not seen.total:
        return f"No “{words}” that you may see." if words else "Nobody is cast there any more."
    if seen.nearest:
        return f"No “{words}” that you may see. Did you mean {'this one' if seen.total == 1 else 'one of these'}?"
    told = f"{count(seen.total, 'character')} with “{words}”" if words else count(seen.total, "character")
    return f"{told} · page {seen.looking.page} of {seen.pages}" if seen.pages > 1 else told


def spent(today: Decimal, cap: Decimal) -> str:
    told = f"{dollars(today)} of {dollars(cap)} for portraits today (the day in UTC), reserved ones included."
    return f"{told} `/cast spend` shows the month."
