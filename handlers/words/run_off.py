"""What a run-off says."""

from collections.abc import Sequence

from bot.round import Round
from handlers.words.text import count, quiet, several

HOW_TO_VOTE = "One choice each: tap a number, and a later tap replaces it. Reactions do not count here."
SEALED = "Nobody, the lead included, sees a count before the close."
CLOSE_CONSEQUENCE = "The choices are counted as they stand. If they are level again, the lead decides."


def heading(name: str, numbers: Sequence[int]) -> str:
    return f"Casting {name} · run-off: {several([str(n) for n in numbers], 'or')}?"


def label(numbers: Sequence[int]) -> str:
    return f"Run off {several([str(n) for n in numbers])}"


def aloud(number: int) -> str:
    return f"Choose candidate {number}"


def first_ballot(round_: Round) -> str:
    """`First ballot: 1 had 3 votes, 4 had 3 votes.`; empty where no run-off was held."""
    if not round_.run_off:
        return ""
    votes = round_.run_off.first.votes
    told = ", ".join(f"{n} had {count(votes.get(n, 0), 'vote')}" for n in round_.run_off.numbers)
    return f"First ballot: {told}."


def chosen(name: str, number: int) -> str:
    return f"Your choice for {quiet(name)} is {number}. Until the close another tap replaces it."
