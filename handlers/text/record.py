"""What a record says: who was cast, who is on hold, who else was drawn, and what became of the face since."""

from decimal import Decimal

from bot.domain.ballot import Tally
from bot.domain.face import Face, Unlock
from bot.domain.round import Round
from bot.domain.slot import Slot
from handlers.text import sealed_ballot as sealed_ballot_text
from handlers.text.format import day, dollars, escape_mrkdwn, join_parts, link, person, pluralize
from handlers.text.model_titles import Titles


def header(face: Face, current_face: Face | None) -> str:
    """`Maya is cast.` as long as this is her face; plain text."""
    if current_face and current_face.round_id == face.round_id:
        return f"{face.character} is cast."
    return f"{face.character} · version {face.version}"


def winner(face: Face, titles: Titles, sealed_results: str = "") -> str:
    """`Candidate 1 · Recraft V4.1 · 3 of 4 votes · $0.04`, how a sealed ballot `answered`, and who locked it when."""
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
    """The same in one line, for notifications."""
    return winner(face, titles).replace("*", "").replace("\n", " · ").replace("· Locked", "· locked")


def votes(face: Face) -> str:
    """`3 of 4 votes`."""
    return f"{face.tally.get(face.number, 0)} of {pluralize(face.voters, 'vote')}" if face.voters else "nobody voted"


def locked_by(face: Face) -> str:
    """`Locked by @lead on 24 November`."""
    verb = "Decided" if face.decided_by_lead else "Locked"
    return f"{verb} by {person(face.locked_by)} on {day(face.locked_at)}"


def unlocked_by(unlock: Unlock) -> str:
    """`by @lena on 25 November: too young for the third act.`"""
    return f"by {person(unlock.person)} on {day(unlock.at)}: {as_sentence(unlock.reason)}"


def understudy(round_: Round, tally: Tally) -> int | None:
    """The runner-up's number, where the vote's own winner was locked."""
    locked = round_.locked_candidate
    return tally.understudy if locked and tally.winner == locked.number else None


def understudy_line(slot: Slot, tally: Tally, titles: Titles, sealed_results: str = "") -> str:
    """`On hold: 4 · GPT-Image-2 · 2 votes · $0.05`."""
    return join_parts(f"On hold: *{slot.number}* · {_details(slot, tally, titles)}", sealed_results, separator="\n")


def other_candidates(round_: Round, tally: Tally, titles: Titles) -> str:
    """A line for each of those that were drawn too, the most votes first: `2 · GPT-Image-2 · 1 vote · $0.05`."""
    excluded = {round_.locked_candidate.number if round_.locked_candidate else None, understudy(round_, tally)}
    rest = [s for s in by_votes(round_, tally) if s.number not in excluded]
    return "\n".join(
        join_parts(f"{s.number}", _details(s, tally, titles), sealed_results(round_, tally, s)) for s in rest
    )


def by_votes(round_: Round, tally: Tally) -> list[Slot]:
    """The candidates, those with the most votes first."""
    return sorted(round_.candidates, key=lambda s: (-tally.votes.get(s.number or 0, 0), s.number or 0))


def sealed_results(round_: Round, tally: Tally, slot: Slot | None) -> str:
    """How a sealed ballot answered about a candidate; empty for an open one."""
    if slot is None or tally.sealed_results is None:
        return ""
    return sealed_ballot_text.candidate_results(tally.sealed_results, slot.number or 0, round_.character)


def unlock_notice(face: Face, current_face: Face | None, url: str = "") -> str:
    """`Unlocked by @lena on 25 November: too young for the third act. Maya has no face now.`; empty for a face that
    was not. `url` leads to the present one."""
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
    """`Re-cast: too young for the third act · version 1 is the face until another is locked`, for an open round."""
    text = f"Re-cast: {escape_mrkdwn(reason)}" if reason else "Re-cast"
    version = link(url, f"version {recast_face.version}")
    return f"{text} · {version} {'was unlocked' if recast_face.unlocked else 'stays until another face is locked'}"


def recast_of_closed_round(reason: str, recast_face: Face, url: str = "") -> str:
    """The same for a round that is over: `Re-cast of version 1: too young for the third act`."""
    version = link(url, f"version {recast_face.version}")
    return f"Re-cast of {version}: {escape_mrkdwn(reason)}" if reason else f"Re-cast of {version}"


def as_sentence(reason: str) -> str:
    """Somebody's reason as the end of a sentence."""
    text = escape_mrkdwn(reason)
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _details(slot: Slot, tally: Tally, titles: Titles) -> str:
    vote_count = pluralize(tally.votes.get(slot.number or 0, 0), "vote")
    return f"{escape_mrkdwn(titles(slot.model))} · {vote_count} · {dollars(slot.cost or Decimal(0))}"
