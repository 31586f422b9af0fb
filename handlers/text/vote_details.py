"""Who voted for what on an open ballot, after the close."""

from collections.abc import Sequence

from bot.domain.ballot import BallotStage
from handlers.text.format import escape_mrkdwn, join_words, person, pluralize

TITLE = "Who voted"
NOBODY = "No votes."
WHO_SEES_IT = "Only you see this. Everyone in the channel can open it. Sealed ballots never show names."
# A section holds 3,000 characters, and a mention about 15.
_MAX_NAMED = 100

BALLOTS = {BallotStage.FIRST: "*First ballot*", BallotStage.RUN_OFF: "*Run-off*"}


def heading(name: str) -> str:
    return f"*{escape_mrkdwn(name)}*: who voted for what"


def candidate(number: int, title: str, voters: Sequence[str]) -> str:
    """Return `*2* · Recraft V4.1 · 3 votes` with the names in a second line."""
    return f"*{number}* · {escape_mrkdwn(title)} · {pluralize(len(voters), 'vote')}\n{_named(voters)}"


def chose_none(voters: Sequence[str]) -> str:
    return f"*None of these* · {pluralize(len(voters), 'person', 'people')}\n{_named(voters)}"


def missing(count: int) -> str:
    """Say how many voters the bot no longer knows; empty for none."""
    return f"{pluralize(count, 'voter')} can no longer be named: their names were deleted." if count else ""


def _named(voters: Sequence[str]) -> str:
    named = [person(voter) for voter in voters[:_MAX_NAMED]]
    more = len(voters) - len(named)
    return join_words([*named, *([f"{more} more"] if more else [])])
