"""Callbacks: two people drawn again in other situations, and the ballot "who holds up?"."""

from collections.abc import Sequence
from decimal import Decimal

from bot.domain.ballot import Tally
from bot.domain.callback import SITUATION_CAPTIONS, Situation
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.slot import Slot
from handlers.text import follow_ups
from handlers.text.format import dollars, escape_mrkdwn, join_parts, join_words, link, pluralize, truncate
from handlers.text.model_titles import Titles

OPEN = "Callback …"
TITLE = "Callback"
SUBMIT = "Start callback"
FINALISTS = "Called back"
FINALISTS_HINT = "Two candidates. Each is drawn again from its own original."
SITUATIONS = "Situations"
SITUATIONS_HINT = "One to three. Each person is drawn once in each."
MODEL = "Drawn by"
MODEL_HINT = "One model draws all of them, so the ballot compares the people and not the models."
HIDDEN = "which candidate is which is named after the close"
QUESTION = "Holds up"
HOW_TO_VOTE = (
    "Each row is one person: the original, then the same person drawn again. Tap the number of whoever holds up, or "
    "react with it. You can tap both."
)
HOW_TO_VOTE_SEALED = "Each row is one person: the original, then the same person drawn again."
INSTRUCTIONS = "Tick whoever holds up beside the original. You can tick both, and change this until the close."
SITUATION_LABELS = {
    Situation.CLOSE_UP: "Close-up",
    Situation.WIDE: "Wide shot, head to shoes",
    Situation.OTHER_LIGHT: "Hard light from one side",
    Situation.PROFILE: "Profile",
    Situation.LAUGHING: "Laughing",
}


def title(name: str) -> str:
    return truncate(f"Callback for {name}", 24)


def form_intro(name: str, *, is_locked: bool) -> str:
    """Say what a callback does, and what it leaves alone."""
    whose = f"The locked face of {escape_mrkdwn(name)} and its understudy are" if is_locked else "The top two are"
    end = "The face stays locked whatever comes of it." if is_locked else "It locks nothing: you decide afterwards."
    return f"{whose} drawn again in other situations, for one ballot: who holds up? {end}"


def model_choice(model_title: str, price: Decimal) -> str:
    """Label a model with what the chosen views cost."""
    return f"{model_title} · up to {dollars(price)}" if price else model_title


def heading(name: str) -> str:
    return f"Callback for {name}"


def ballot_question(_name: str) -> str:
    return "who holds up?"


def intro(round_: Round, parent: Round | None, url: str, titles: Titles) -> str:
    """Say who comes back, in which situations and by which model; without numbers, which would show who led."""
    is_locked = parent is not None and parent.state is RoundState.LOCKED
    source = link(url, "the record" if is_locked else "the round")
    model = next((s.model for s in round_.slots if s.situation), "")
    return (
        f"Two people from {source} are drawn again by {escape_mrkdwn(titles(model))}, each from its own original: "
        f"{situations(round_.situations)}."
    )


def caption(situation: str) -> str:
    """Return `Close-up`; empty for the original."""
    return SITUATION_CAPTIONS[Situation(situation)] if situation else ""


def situations(values: Sequence[str]) -> str:
    """Return `close-up, wide shot and hard light`."""
    return join_words([SITUATION_CAPTIONS[Situation(value)].lower() for value in values])


def result(round_: Round, tally: Tally) -> str:
    """Say who holds up."""
    if short := follow_ups.below_quorum(round_, tally):
        return short
    if tally.winner is not None:
        voted = pluralize(tally.voters, "person", "people")
        return f"{tally.winner} holds up: {tally.votes[tally.winner]} of {voted} voted for it."
    if tally.leaders:
        each = pluralize(tally.votes[tally.leaders[0]], "vote")
        return f"{join_words(map(str, tally.leaders))} are level with {each} each."
    voters = pluralize(tally.voters, "person", "people")
    return f"Neither holds up for the {voters} who voted." if tally.voters else "No votes."


def candidate_line(round_: Round, parent: Round | None, slot: Slot, tally: Tally, titles: Titles) -> str:
    """Return `*1* · candidate 4 in the round · Recraft V4.1 · 3 votes`."""
    source = source_of(slot, parent)
    is_face = bool(parent and parent.locked_slot and parent.locked_slot == slot.copy_of_slot_id)
    return join_parts(
        f"*{slot.number}*",
        f"candidate {source.number} in the round" if source else "",
        "the locked face" if is_face else "",
        escape_mrkdwn(titles(slot.model)),
        pluralize(tally.votes.get(slot.number or 0, 0), "vote"),
        _missing(round_, slot),
    )


def exact_models(round_: Round) -> str:
    """Return `drawn again by `gemini:...``."""
    return f"drawn again by {follow_ups.exact_models(round_)}"


def aftermath(name: str, parent: Round | None, url: str) -> str:
    """Say what the ballot changes: nothing by itself."""
    if parent and parent.state is RoundState.LOCKED:
        record = link(url, "its record")
        return f"The face of {escape_mrkdwn(name)} stays as it is. The lead can re-cast it from {record}."
    return f"This locks nothing. The lead locks a face in {link(url, 'the round')}."


def outcome(follow_up: Round, parent: Round, tally: Tally, url: str) -> str:
    """Sum a callback up for the message of the round that it belongs to, with that round's numbers."""
    name = link(url, "Callback")
    if running := follow_ups.running(follow_up, name):
        return running
    sources = [(source_of(slot, parent), tally.votes.get(slot.number or 0, 0)) for slot in follow_up.candidates]
    counted = sorted(((-votes, source.number or 0) for source, votes in sources if source))
    counts = ", ".join(f"candidate {number}: {pluralize(-votes, 'vote')}" for votes, number in counted)
    where = situations(follow_up.situations)
    return f"{name} ({where}): {counts} from {pluralize(tally.voters, 'person', 'people')}"


def source_of(slot: Slot, parent: Round | None) -> Slot | None:
    """Return the candidate of the round before that a callback's candidate copies."""
    return next((s for s in parent.slots if s.id == slot.copy_of_slot_id), None) if parent else None


def missing_heading(round_: Round, slot: Slot) -> str:
    """Begin the line about a view that no model drew."""
    where = SITUATION_CAPTIONS[Situation(slot.situation)].lower()
    number = round_.variation_number(slot)
    return f"The {where} of {number} is missing:" if number else f"One {where} is missing:"


def _missing(round_: Round, slot: Slot) -> str:
    missing = len(round_.situations) - len(round_.views_of(slot))
    return f"{pluralize(missing, 'picture')} missing" if missing else ""
