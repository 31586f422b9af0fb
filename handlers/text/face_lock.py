"""The questions before a lock: what to do without a leader, and whether the lead's choice is right."""

from bot.domain.round import Round
from bot.domain.slot import Slot
from bot.usecases.face_lock import LockChoices
from handlers.text import labels
from handlers.text.format import dollars, escape_mrkdwn, join_parts, join_words, pluralize, truncate
from handlers.text.model_titles import Titles

TITLE = "Lock a face"


def no_leader(choices: LockChoices) -> str:
    """Say why there is no face to lock, and what each button does."""
    round_, tally = choices.round, choices.tally
    name = escape_mrkdwn(round_.character)
    if votes_short := round_.votes_short_of_quorum(tally):
        missing = pluralize(votes_short, "vote")
        return f"{missing} missing for a result, so there is no face for {name} to lock yet. {_what_next(choices)}"
    if not tally.leaders:
        return f"No votes yet, so there is no face for {name} to lock. {_what_next(choices)}"
    tied = join_words(map(str, tally.leaders))
    votes = pluralize(tally.votes[tally.leaders[0]], "vote")
    return f"{tied} are tied with {votes} each, so there is no face for {name} to lock yet. {_what_next(choices)}"


def _what_next(choices: LockChoices) -> str:
    if choices.can_run_off:
        return "Close voting to hold a run-off or to choose the face yourself, or extend voting by a day."
    return "Close voting to choose the face yourself, or extend voting by a day."


def decide_title(number: int) -> str:
    return f"Lock candidate {number}"


def decide_question(round_: Round, slot: Slot) -> str:
    """Return `Lock candidate 3 as Maya?`."""
    return f"Lock candidate {slot.number} as *{escape_mrkdwn(truncate(round_.character, labels.CONFIRM_TITLE_LIMIT))}*?"


def decide_details(round_: Round, slot: Slot, titles: Titles) -> str:
    """Return `Recraft V4.1 · 1 vote · $0.04`."""
    votes = round_.tally.votes.get(slot.number or 0, 0) if round_.tally else 0
    vote_count = labels.AFTER_THE_VOTE if round_.arrived_after_vote(slot) else pluralize(votes, "vote")
    return join_parts(escape_mrkdwn(titles(slot.model)), vote_count, dollars(slot.cost) if slot.cost else "")
