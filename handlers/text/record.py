"""The record: who was cast, the understudy, the other candidates, and what changed since."""

from decimal import Decimal

from bot.domain.ballot import Tally
from bot.domain.face import Face, Unlock
from bot.domain.round import Round
from bot.domain.slot import Slot
from handlers.text import flaw_tags
from handlers.text import sealed_ballot as sealed_ballot_text
from handlers.text.format import day, dollars, escape_mrkdwn, join_parts, link, person, pluralize
from handlers.text.model_titles import Titles


def header(face: Face, current_face: Face | None) -> str:
    """Return `Maya is cast.` while this is the current face; plain text."""
    if current_face and current_face.round_id == face.round_id:
        return f"{face.character} is cast."
    return f"{face.character} · version {face.version}"


def winner(face: Face, titles: Titles, sealed_results: str = "") -> str:
    """Return candidate, model, votes, cost, sealed results, and who locked it when."""
    candidate = f"*Candidate {face.number} · {escape_mrkdwn(titles(face.model))}*"
    variation = f"varies {face.variation_of}" if face.variation_of else ""
    version = f"version {face.version}" if face.version > 1 else ""
    return join_parts(
        join_parts(candidate, variation, votes(face), dollars(face.cost)),
        sealed_results,
        join_parts(locked_by(face), version),
        separator="\n",
    )


def winner_plain_text(face: Face, titles: Titles) -> str:
    """Return the same in one line, for notifications."""
    return winner(face, titles).replace("*", "").replace("\n", " · ").replace("· Locked", "· locked")


def votes(face: Face) -> str:
    """Return `3 of 4 votes`."""
    return f"{face.tally.get(face.number, 0)} of {pluralize(face.voters, 'vote')}" if face.voters else "no votes"


def locked_by(face: Face) -> str:
    """Return `Locked by @lead on 24 November 2026`."""
    verb = "Decided" if face.decided_by_lead else "Locked"
    return f"{verb} by {person(face.locked_by)} on {day(face.locked_at)}"


def unlocked_by(unlock: Unlock) -> str:
    """Return `by @lena on 25 November 2026: too young for the third act.`"""
    return f"by {person(unlock.person)} on {day(unlock.at)}: {as_sentence(unlock.reason)}"


def understudy(round_: Round, tally: Tally) -> int | None:
    """Return the runner-up's number if the winner of the vote was locked."""
    locked = round_.locked_candidate
    return tally.understudy if locked and tally.winner == locked.number else None


def understudy_line(slot: Slot, tally: Tally, titles: Titles, sealed_results: str = "") -> str:
    """Return `On hold: 4 · GPT-Image-2 · 2 votes · $0.05`."""
    return join_parts(f"On hold: *{slot.number}* · {_details(slot, tally, titles)}", sealed_results, separator="\n")


def other_candidates(round_: Round, tally: Tally, titles: Titles) -> str:
    """Return lines like `2 · GPT-Image-2 · 1 vote · $0.05`, most votes first."""
    excluded = {round_.locked_candidate.number if round_.locked_candidate else None, understudy(round_, tally)}
    rest = [s for s in by_votes(round_, tally) if s.number not in excluded]
    return "\n".join(
        join_parts(f"{s.number}", _details(s, tally, titles), sealed_results(round_, tally, s)) for s in rest
    )


def expired_portraits(round_: Round) -> str:
    """Say that portraits of the round were deleted at the end of the retention time; empty if none was."""
    is_expired = any(slot.portrait is None and slot.id != round_.locked_slot for slot in round_.candidates)
    return "The portraits that were not locked were deleted at the end of their retention time." if is_expired else ""


def by_votes(round_: Round, tally: Tally) -> list[Slot]:
    """Sort the candidates by votes, most first."""
    return sorted(round_.candidates, key=lambda s: (-tally.votes.get(s.number or 0, 0), s.number or 0))


def sealed_results(round_: Round, tally: Tally, slot: Slot | None) -> str:
    """Return the sealed results of a candidate; on an open ballot what looked artificial, if anything."""
    if slot is None:
        return ""
    if tally.sealed_results is None:
        return flaw_tags.on_candidate((round_.first_tally or tally).flaws, slot.number or 0)
    return sealed_ballot_text.candidate_results(tally.sealed_results, slot.number or 0, round_.character)


def unlock_notice(face: Face, current_face: Face | None, url: str = "") -> str:
    """Say that the face was unlocked or superseded; empty if it is the current one.

    `url` links to the current face.
    """
    name = escape_mrkdwn(face.character)
    if face.unlocked is None:
        superseded = f"{link(url, f'Version {current_face.version}')} is {name}'s face now." if current_face else ""
        return superseded if current_face and current_face.round_id != face.round_id else ""
    text = f"Unlocked {unlocked_by(face.unlocked)}"
    if current_face is None:
        return f"{text} {name} has no face now."
    again = "again" if current_face.version < face.version else "now"
    return f"{text} {link(url, f'Version {current_face.version}')} is {name}'s face {again}."


def recast_of_open_round(reason: str, recast_face: Face, url: str = "") -> str:
    """Return `Re-cast: too young for the third act · version 1 stays until another face is locked`."""
    text = f"Re-cast: {escape_mrkdwn(reason)}" if reason else "Re-cast"
    version = link(url, f"version {recast_face.version}")
    return f"{text} · {version} {'was unlocked' if recast_face.unlocked else 'stays until another face is locked'}"


def recast_of_closed_round(reason: str, recast_face: Face, url: str = "") -> str:
    """Return `Re-cast of version 1: too young for the third act`."""
    version = link(url, f"version {recast_face.version}")
    return f"Re-cast of {version}: {escape_mrkdwn(reason)}" if reason else f"Re-cast of {version}"


def as_sentence(reason: str) -> str:
    """End a reason with a full stop unless it has its own punctuation."""
    text = escape_mrkdwn(reason)
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _details(slot: Slot, tally: Tally, titles: Titles) -> str:
    vote_count = pluralize(tally.votes.get(slot.number or 0, 0), "vote")
    return f"{escape_mrkdwn(titles(slot.model))} · {vote_count} · {dollars(slot.cost or Decimal(0))}"
