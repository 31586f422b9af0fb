"""The run-off."""

from collections.abc import Sequence

from bot.domain.round import Round
from handlers.text.format import escape_mrkdwn, join_words, pluralize

HOW_TO_VOTE = "One choice each: tap a number, and a later tap replaces it. Reactions do not count here."
PICTURE_TO_COME = "The finalists side by side follow in a moment. They are also in the thread."
SEALED = "Counts stay hidden until voting closes, also for the lead."
CLOSE_CONSEQUENCE = "The choices are counted as they stand. If they are tied again, the lead decides."


def heading(name: str, numbers: Sequence[int]) -> str:
    return f"Casting {name} · run-off: {join_words(map(str, numbers), 'or')}?"


def label(numbers: Sequence[int]) -> str:
    return f"Run-off: {' vs '.join(str(n) for n in numbers)}"


def accessibility_label(number: int) -> str:
    return f"Choose candidate {number}"


def first_ballot(round_: Round) -> str:
    """Return `First ballot: 1 had 3 votes, 4 had 3 votes.`; empty without a run-off."""
    if not round_.run_off:
        return ""
    votes = round_.run_off.first_tally.votes
    results = ", ".join(f"{n} had {pluralize(votes.get(n, 0), 'vote')}" for n in round_.run_off.numbers)
    return f"First ballot: {results}."


def no_reactions(name: str, numbers: Sequence[int]) -> str:
    return (
        f"Reactions do not count in the run-off for {escape_mrkdwn(name)}. "
        f"Press {join_words(map(str, numbers), 'or')} under the picture instead."
    )


def choice_receipt(name: str, number: int) -> str:
    return f"Your choice for {escape_mrkdwn(name)} is {number}. Until the close another tap replaces it."
