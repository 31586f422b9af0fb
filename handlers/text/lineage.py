"""How rounds follow each other, and which candidates are variations of others."""

from bot.domain.ballot import Tally
from bot.domain.round import Round
from bot.domain.slot import Slot
from handlers.text import flaw_tags
from handlers.text.format import escape_mrkdwn, join_parts, join_words, link, pluralize, truncate

_BRIEF_LIMIT = 200
_SUCCESSOR_REASONS = {
    "rerolled": "The lead redrew all portraits",
    "refined": "The lead refined the brief",
}


def parent_summary(round_: Round, parent: Round, tally: Tally, url: str) -> str:
    """Return `Refined from <the round before>: “a fisherwoman, 60” · 2 led with 3 of 4 votes`."""
    parent_link = link(url, "the round before")
    if round_.origin == "refined":
        excerpt = escape_mrkdwn(truncate(" ".join(parent.brief.text.split()), _BRIEF_LIMIT))
        summary = join_parts(f"Refined from {parent_link}: “{excerpt}”", leader_summary(parent, tally))
        return join_parts(summary, flaw_tags.remedy_words(round_.remedies), separator="\n")
    return join_parts(f"Redrawn after {parent_link}", leader_summary(parent, tally))


def leader_summary(parent: Round, tally: Tally) -> str:
    """Say who led when the round ended; empty without candidates."""
    if not parent.candidates:
        return ""
    if parent.is_sealed and parent.tally is None:
        ballots = pluralize(tally.voters, "sealed ballot")
        return f"{ballots} that were not counted" if tally.voters else "there were no votes"
    if not tally.leaders:
        return "no portrait convinced the voters" if tally.voters else "there were no votes"
    top_votes = tally.votes[tally.leaders[0]]
    if tally.winner is not None:
        return f"{tally.winner} led with {top_votes} of {pluralize(tally.voters, 'vote')}"
    return f"{join_words(map(str, tally.leaders))} were tied with {pluralize(top_votes, 'vote')} each"


def successor_notice(round_: Round, url: str) -> str:
    """Say why a round ended and where its successor is."""
    reason = _SUCCESSOR_REASONS.get(round_.void_reason, "")
    where = link(url, "the new round is here") if url else "the new round has its own message"
    return f"{reason}: {where}."


def has_successor(round_: Round) -> bool:
    """Tell whether another round replaced this one."""
    return round_.void_reason in _SUCCESSOR_REASONS


def variations(round_: Round) -> str:
    """Return `5 varies 2 · 6 varies 2`; it names no model."""
    texts = (variation(round_, slot) for slot in round_.candidates)
    return " · ".join(f"{slot.number} {text}" for slot, text in zip(round_.candidates, texts, strict=True) if text)


def variation(round_: Round, slot: Slot) -> str:
    """Return `varies 2`; empty if the slot is no variation."""
    original_number = round_.variation_number(slot)
    return f"varies {original_number}" if original_number else ""
