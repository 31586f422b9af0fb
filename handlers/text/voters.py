"""Named voters: who votes, how many voted, what the rest can change. Also the lead's controls."""

from bot.domain.ballot import Tally, Turnout
from bot.domain.round import Round
from handlers.text.format import (
    capitalize_first,
    channel,
    escape_mrkdwn,
    join_parts,
    link,
    people,
    person,
    pluralize,
    when,
)

TAKE_OVER = "Take over this round"


def not_a_voter(voters: tuple[str, ...], name: str) -> str:
    """Tell a user that their vote does not count."""
    return f"Only {people(voters)} can vote on {escape_mrkdwn(name)}. Your vote was not counted."


def turnout(turnout: Turnout) -> str:
    """Return `3 of 5 voted`, and how many can no longer vote."""
    text = f"{turnout.voted} of {turnout.invited} voted"
    return f"{text}, {turnout.departed} {'has' if turnout.departed == 1 else 'have'} left" if turnout.departed else text


def ballot_status(round_: Round, tally: Tally, invited: Turnout | None, note: str) -> str:
    """Return `3 people voted · 5 needed · closes tomorrow at 18:00 · ...`; `note` says what the close tells."""
    voted = f"{pluralize(tally.voters, 'person', 'people')} voted" if tally.voters else "No votes yet"
    short = round_.votes_short_of_quorum(tally)
    needed = f"{tally.voters + short} needed" if short else ""
    return join_parts(turnout(invited) if invited else voted, needed, closing(round_), note)


def closing(round_: Round) -> str:
    """Return `closes tomorrow at 18:00`; empty for a ballot without a deadline."""
    return f"closes {when(round_.closes_at)}" if round_.closes_at else ""


def outlook(leader: int | None, is_decided: bool, turnout: Turnout) -> str:
    """Say what the pending voters can change; empty before the first vote."""
    remaining = len(turnout.pending)
    if not turnout.voted:
        return ""
    if not remaining:
        return "All votes are in"
    remaining_text = f"the remaining {_number_word(remaining)}"
    if is_decided and leader is not None:
        return f"{leader} wins regardless of {remaining_text} {'vote' if remaining == 1 else 'votes'}"
    return f"{capitalize_first(remaining_text)} can still change the leader"


def all_votes_in(round_: Round) -> str:
    """Tell the thread that voting is complete."""
    votes = "The vote is" if len(round_.brief.voters) == 1 else "All votes are"
    return f"{votes} in for {escape_mrkdwn(round_.character)}: {person(round_.lead)} can close the vote now."


def vote_missing(round_: Round, url: str) -> str:
    """Remind one voter."""
    where = f"{escape_mrkdwn(round_.character)} in {channel(round_.place.channel)}"
    closing = f" Voting closes {when(round_.closes_at)}." if round_.closes_at else ""
    return f"Your vote on {where} is missing.{closing} {link(url, 'Vote now')}"


def led_by(round_: Round) -> str:
    """Name the lead; empty if they requested the round."""
    return f"led by {person(round_.lead)}" if round_.requested_by not in ("", round_.lead) else ""


def lead_deactivated(lead: str, action: str) -> str:
    """Say that the lead's account is closed; `action` reads like `close this vote`."""
    return f"Only {person(lead)} can {action}, but that account is deactivated. Someone else can take over the round."


def confirm_drop(name: str) -> str:
    return f"Cancel the round for {escape_mrkdwn(name)}? No face is locked; its portraits and votes are kept."


def extended(round_: Round) -> str:
    closing = f" closes {when(round_.closes_at)}" if round_.closes_at else " stays open one more day"
    return f"Voting on {escape_mrkdwn(round_.character)} now{closing}."


def took_over_lead(name: str) -> str:
    return f"You now lead the round for {escape_mrkdwn(name)}."


def _number_word(number: int) -> str:
    words = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return words[number] if number < len(words) else pluralize(number, "voter")
