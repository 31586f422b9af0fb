"""A user's App Home."""

from datetime import datetime
from decimal import Decimal

from bot.domain.face import Character
from bot.ports.roster import RosterSection
from bot.usecases.home import HomeView
from handlers.text.format import channel_title, dollars, escape_mrkdwn, join_parts, link, pluralize, truncate, when
from handlers.text.recall import alias_list, production_name, status

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

_QUERY_LIMIT = 60
_BRIEF_LIMIT = 90


def waiting(name: str, channel_id: str, closes_at: datetime | None, url: str) -> str:
    """Return `*Maya* · #harbour-film · closes tomorrow at 18:00 · Vote`."""
    closing = f"closes {when(closes_at)}" if closes_at else ""
    vote_link = link(url, "Vote") if url else ""
    return join_parts(f"*{escape_mrkdwn(name)}*", channel_title(channel_id), closing, vote_link)


def more_waiting(number: int) -> str:
    return f"and {number} more" if number > 0 else ""


def section_heading(character: Character) -> str:
    return f"*{production_name(character)}*"


def card(character: Character) -> str:
    """Show a character's names, status, and the beginning of the face's brief."""
    face = character.face
    version = f"version {face.version}" if face and face.version > 1 else ""
    names = join_parts(f"*{escape_mrkdwn(character.name)}*", alias_list(character.aliases))
    brief = escape_mrkdwn(truncate(" ".join(face.brief.split()), _BRIEF_LIMIT)) if face else ""
    return join_parts(names, join_parts(version, status(character)), brief, separator="\n")


def production(section: RosterSection, channel_name: str) -> str:
    """Label a production in a menu: its name, or `#harbour-film` for an unnamed one; plain text."""
    if section.production_name:
        return section.production_name
    return f"#{channel_name}" if channel_name else "Direct messages"


def result_summary(home_view: HomeView) -> str:
    """Say how many characters match, and which page this is."""
    query = escape_mrkdwn(truncate(home_view.roster_filter.words, _QUERY_LIMIT))
    if not home_view.total:
        return f"No “{query}” that you may see." if query else "Nobody is cast there any more."
    if home_view.is_fuzzy:
        return f"No “{query}” that you may see. Did you mean {'this one' if home_view.total == 1 else 'one of these'}?"
    total = pluralize(home_view.total, "character") + (f" with “{query}”" if query else "")
    return f"{total} · page {home_view.roster_filter.page} of {home_view.pages}" if home_view.pages > 1 else total


def spent(today: Decimal, cap: Decimal) -> str:
    text = f"{dollars(today)} of {dollars(cap)} for portraits today (the day in UTC), reserved ones included."
    return f"{text} `/cast spend` shows the month."
