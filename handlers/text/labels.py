"""Headers, buttons and confirmations, in plain text."""

from collections.abc import Sequence
from decimal import Decimal

from bot.domain.ballot import Tally
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from handlers.text.format import dollars, pluralize, truncate

HEADER_LIMIT = 150
BUTTON_LIMIT = 75
CONFIRM_TITLE_LIMIT = 100

CANCEL = "Cancel"
OPEN_NOW = "Open voting now"
REROLL = "Re-roll …"
CLOSE = "Close voting"
EXTEND = "Extend a day"
DROP = "Cancel round"
DECIDE = "The lead decides"
SHARE = "Share here"
FULL = "Full size"
FACTS = "Details"
DOWNLOAD = "Download package"
VERSIONS = "Compare versions"
NONE = "None of these"
WHO_VOTED = "Who voted …"
HISTORY = "History"
EARLIER = "Earlier"
RECALL = "Recall"
BACK = "‹ Back"
NEXT = "Next ›"
SHOW_ALL = "Show everyone"
KEEP_UPSCALE = "Keep this finish"
KEEP_ORIGINAL = "Keep the original only"
DENY = "Not now"
DONE = "Done"
AFTER_THE_VOTE = "arrived after the vote"

CANCEL_YES = "Cancel round"
DECIDE_CONSEQUENCE = "The record will say that the lead decided. The team can re-cast later."
CANCEL_QUESTION = "Cancel this round?"
DROP_QUESTION = "Cancel this round?"
DROP_CONSEQUENCE = "No face is locked. The portraits and votes are kept."
CLOSE_QUESTION = "Close voting now?"
CLOSE_CONSEQUENCE = "The votes are counted as they stand and the models are named. You can extend it afterwards."

FOLLOW_UP_CLOSE_CONSEQUENCE = "The votes are counted as they stand and everybody sees which picture is which."
_ROUND_HEADERS = {
    RoundState.DRAWING: "Casting {name}",
    RoundState.VOTING: "Casting {name} · which looks most human?",
    RoundState.CLOSED: "Casting {name} · voting is closed",
    RoundState.LOCKED: "{name} is cast.",
    RoundState.VOID: "Casting {name} · ended",
}


def continued(label: str) -> str:
    """Label the second field of a text that is too long for one."""
    return f"{label} (continued)"


def suggestion(name: str, aliases: Sequence[str]) -> str:
    """Return `Maya, the fisherwoman`: the user may have typed either name."""
    return ", ".join([name, *aliases[:1]])


def recall_accessibility_label(name: str) -> str:
    """Return what a screen reader says for one of many recall buttons."""
    return truncate(f"Recall {name}", BUTTON_LIMIT)


def round_header(round_: Round) -> str:
    return _ROUND_HEADERS[round_.state].format(name=round_.character)


def counted(label: str, votes: int) -> str:
    """Return `2 · 3`: a button's label with its votes, if there are any."""
    return f"{label} · {votes}" if votes else label


def vote_accessibility_label(number: int | None, votes: int) -> str:
    """Return what a screen reader says for a number button, or for the one that rejects all candidates."""
    choice = f"candidate {number}" if number else "none of these"
    return f"Vote for {choice}, {pluralize(votes, 'vote')} so far"


def lock(leader: int | None) -> str:
    return f"Lock {leader} …" if leader else "Lock …"


def reroll_failure(price: Decimal) -> str:
    return f"Re-roll it for up to {dollars(price)}"


def recast(name: str, price: Decimal) -> str:
    tail = f" for {dollars(price)}"
    return f"Re-cast {truncate(name, BUTTON_LIMIT - len(tail) - 8)}{tail}"


def upscale(price: Decimal, *, reaches_4k: bool) -> str:
    return f"Finish at 4K · {dollars(price)}" if reaches_4k else f"Finish larger · {dollars(price)}"


def upscale_question(name: str) -> str:
    return truncate(f"Finish {name}?", CONFIRM_TITLE_LIMIT)


def upscale_pair_title(name: str) -> str:
    return f"{name}: original and finish"


def upscale_title(name: str) -> str:
    return f"{name}: the finish"


def candidate(number: int, title: str, votes: int | None) -> str:
    """Label a candidate; `votes` is None if it arrived after the vote."""
    return f"{number} · {title} · {AFTER_THE_VOTE if votes is None else pluralize(votes, 'vote')}"


def sheet_title(name: str) -> str:
    return f"{name}: contact sheet"


def candidate_title(number: int, *model: str) -> str:
    """Return `3`, or `3 · Recraft V4.1 · recraft:recraftv4_1` with the model's title and exact id."""
    return " · ".join([f"{number}", *model])


def lock_question(name: str, leader: int) -> str:
    return truncate(f"Lock candidate {leader} as {name}?", CONFIRM_TITLE_LIMIT)


def lock_yes(leader: int) -> str:
    return f"Lock {leader}"


def lock_consequence(tally: Tally) -> str:
    """Say what the lead confirms with the lock of the leader."""
    votes = tally.votes[tally.winner] if tally.winner else 0
    return (
        f"{votes} of {pluralize(tally.voters, 'person', 'people')} voted for it. "
        "The team can re-cast later; this face stays in the history."
    )


def cancel_consequence(price: Decimal) -> str:
    return f"Portraits already asked for are still paid for: up to {dollars(price)} in all."
