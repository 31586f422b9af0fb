"""A user's App Home."""

from datetime import datetime
from decimal import Decimal

from bot.domain.face import Character
from bot.domain.lead_decision import LeadDecision
from bot.domain.round import Round
from bot.ports.roster import RosterSection
from bot.usecases.home import HomeView, WaitingDecision
from handlers.text.format import (
    channel_title,
    dollars,
    escape_mrkdwn,
    join_parts,
    join_words,
    link,
    pluralize,
    truncate,
    when,
)
from handlers.text.recall import alias_list, production_name, status

TITLE = "Castroom"
CAST = "Cast a face"
DECISIONS = "Waiting for your decision"
WAITING = "Waiting for your vote"
NOTHING_WAITS = "No decisions or votes waiting."
ROSTER = "Faces"
SPENDING = "Spending"
STANDINGS = "Standings"
STANDINGS_HINT = "Which models the blind votes of your channels prefer, and how surely. They come in a direct message."
SEND_STANDINGS = "Show standings"
FIND = "Find a face"
FIND_HINT = "A name or an alias, then Enter"
PRODUCTION = "Production"
EVERY_PRODUCTION = "All productions"
FACE = "Face"
PACKING = "Preparing the package. I will send it to you as a direct message."

_QUERY_LIMIT = 60
_BRIEF_LIMIT = 90


def waiting(name: str, channel_id: str, closes_at: datetime | None, url: str) -> str:
    """Return `*Maya* · #harbour-film · closes tomorrow at 18:00 · Vote`."""
    closing = f"closes {when(closes_at)}" if closes_at else ""
    vote_link = link(url, "Vote") if url else ""
    return join_parts(f"*{escape_mrkdwn(name)}*", channel_title(channel_id), closing, vote_link)


def decision(waiting_decision: WaitingDecision, url: str) -> str:
    """Return `*Maya* · #harbour-film · 1 and 4 are tied · Decide`."""
    round_ = waiting_decision.round
    decide_link = link(url, "Decide") if url else ""
    reason = _decision_reason(round_, waiting_decision.decision)
    return join_parts(f"*{escape_mrkdwn(round_.character)}*", channel_title(round_.place.channel), reason, decide_link)


def _decision_reason(round_: Round, kind: LeadDecision) -> str:
    tally, missing = round_.tally, pluralize(len(round_.failures), "portrait")
    texts = {
        LeadDecision.NO_VOTES: "voting is closed without votes",
        LeadDecision.NO_QUORUM: "voting is closed, too few people voted",
        LeadDecision.NOTHING_CONVINCING: "voting is closed, no portrait convinced the voters",
        LeadDecision.MISSING_PORTRAITS: f"{missing} missing, you can re-roll",
        LeadDecision.UNSURE_CHARGE: f"{missing} missing that may have been charged",
    }
    if tally is not None and kind is LeadDecision.TIE:
        return f"{join_words(map(str, tally.leaders))} are tied"
    if tally is not None and kind is LeadDecision.RESULT:
        return f"voting is closed, {tally.winner} leads"
    return texts[kind]


def more_waiting(number: int) -> str:
    return f"and {number} more" if number > 0 else ""


def section_heading(character: Character) -> str:
    return f"*{production_name(character)}*"


def card(character: Character, round_url: str = "") -> str:
    """Show a character's names, status with a link to the open round, and the beginning of the face's brief."""
    face = character.face
    version = f"version {face.version}" if face and face.version > 1 else ""
    names = join_parts(f"*{escape_mrkdwn(character.name)}*", alias_list(character.aliases))
    brief = escape_mrkdwn(truncate(" ".join(face.brief.split()), _BRIEF_LIMIT)) if face else ""
    return join_parts(
        names,
        join_parts(version, status(character), link(round_url, "Go to the round") if round_url else ""),
        brief,
        separator="\n",
    )


def production(section: RosterSection, channel_name: str) -> str:
    """Label a production in a menu: its name, or `#harbour-film` for an unnamed one; plain text."""
    if section.production_name:
        return section.production_name
    return f"#{channel_name}" if channel_name else "Direct messages"


def result_summary(home_view: HomeView) -> str:
    """Say how many characters match, and which page this is."""
    query = escape_mrkdwn(truncate(home_view.roster_filter.words, _QUERY_LIMIT))
    if not home_view.total:
        return f"No one called “{query}”." if query else "No one is cast there."
    if home_view.is_fuzzy:
        return f"No one called “{query}”. Did you mean {'this one' if home_view.total == 1 else 'one of these'}?"
    total = pluralize(home_view.total, "character") + (f" with “{query}”" if query else "")
    return f"{total} · page {home_view.roster_filter.page} of {home_view.pages}" if home_view.pages > 1 else total


def spent(today: Decimal, cap: Decimal) -> str:
    text = f"{dollars(today)} of {dollars(cap)} for portraits today (the day in UTC), reserved ones included."
    return f"{text} `/cast spend` shows the month."
