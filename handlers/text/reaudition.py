"""Re-auditions: a locked face drawn again by other models, and the ballot "which is still Maya?"."""

from datetime import date
from decimal import Decimal

from bot.domain.ballot import Tally
from bot.domain.face import Face
from bot.domain.reaudition import Replacement
from bot.domain.round import Round
from bot.domain.slot import Slot
from handlers.text import follow_ups
from handlers.text.format import (
    calendar_date,
    channel,
    day,
    dollars,
    escape_mrkdwn,
    join_parts,
    join_words,
    link,
    pluralize,
    truncate,
)
from handlers.text.labels import AFTER_THE_VOTE
from handlers.text.model_titles import Titles

OPEN = "Re-audition …"
TITLE = "Re-audition"
SUBMIT = "Start re-audition"
SUCCESSOR = "Successor"
FIRST = "Drawn by"
OTHER = "And by"
NO_OTHER = "No other model"
PER_MODEL = "Pictures of each model"
PER_MODEL_HINT = "One picture says little about a model. Two cost twice as much."
HIDDEN = "which is which is named after the close"
MAX_LISTED = 20


def title(name: str) -> str:
    return truncate(f"Re-audition {name}", 24)


def question(name: str) -> str:
    return f"Still {name}"


def form_intro(face: Face, found: Replacement, titles: Titles) -> str:
    """Say what happens to the face's model, what the form does, and what it leaves alone."""
    name = escape_mrkdwn(face.character)
    return (
        f"{name}'s face was drawn by {escape_mrkdwn(titles(face.model))}, {_fate(found)}. Other models draw the same "
        f"prompt with the face as reference, and the ballot shows their pictures with the original among them, "
        f"unmarked: which is still {name}? The face stays locked whatever comes of it."
    )


def model_choice(model_title: str, price: Decimal) -> str:
    return f"{model_title} · up to {dollars(price)} a picture" if price else f"{model_title} · free"


def heading(name: str) -> str:
    return f"Re-audition of {name}"


def ballot_question(name: str) -> str:
    return f"which is still {name}?"


def intro(round_: Round, _parent: Round | None, url: str, titles: Titles) -> str:
    """Say which models draw the face again; it is on the ballot too."""
    models = dict.fromkeys(s.model for s in round_.slots if not s.copy_of_slot_id)
    names = join_words([escape_mrkdwn(titles(model)) for model in models])
    verb = "gets" if len(models) == 1 else "get"
    return (
        f"{names} {verb} the prompt of {link(url, 'the locked face')} and that face as reference. The original is on "
        "the ballot too; nothing marks it."
    )


def how_to_vote(name: str) -> str:
    return f"Tap the number of every picture that is still {escape_mrkdwn(name)}, or react with it."


def instructions(name: str) -> str:
    return f"Tick every picture that is still {escape_mrkdwn(name)}. You can change this until the close."


def result(round_: Round, tally: Tally) -> str:
    """Say which picture was the original, and how many took it for the character."""
    original = original_of(round_)
    if original is None or original.number is None:
        return "The original is missing from this ballot."
    voted = pluralize(tally.voters, "person", "people")
    taken = f"{tally.votes.get(original.number, 0)} of {voted} ticked it" if tally.voters else "nobody voted"
    return join_parts(
        f"{original.number} is the original: {taken}.", follow_ups.below_quorum(round_, tally), separator=" "
    )


def candidate_line(round_: Round, _parent: Round | None, slot: Slot, tally: Tally, titles: Titles) -> str:
    """Return `*2* · the original · Recraft V4 · 4 votes`."""
    is_late = round_.arrived_after_vote(slot)
    return join_parts(
        f"*{slot.number}*",
        "the original" if slot.copy_of_slot_id else "",
        escape_mrkdwn(titles(slot.model)),
        AFTER_THE_VOTE if is_late else pluralize(tally.votes.get(slot.number or 0, 0), "vote"),
        "" if slot.copy_of_slot_id else dollars(slot.cost or Decimal(0)),
    )


def exact_models(round_: Round) -> str:
    """Return `drawn by `openai:...` and `gemini:...``."""
    return f"drawn by {follow_ups.exact_models(round_)}"


def aftermath(name: str, _parent: Round | None, url: str) -> str:
    return f"The face of {escape_mrkdwn(name)} stays as it was locked: {link(url, 'its record')}."


def outcome(follow_up: Round, titles: Titles, tally: Tally, url: str) -> str:
    """Sum a re-audition up for the record of the face."""
    name = link(url, "Re-audition")
    if running := follow_ups.running(follow_up, name):
        return running
    ranked = sorted(follow_up.candidates, key=lambda s: (not s.copy_of_slot_id, s.number or 0))
    counts = ", ".join(_count(slot, tally, titles) for slot in ranked)
    return f"{name}: {counts} from {pluralize(tally.voters, 'person', 'people')}"


def original_of(round_: Round) -> Slot | None:
    """Return the candidate that is the locked face."""
    return next((s for s in round_.candidates if s.copy_of_slot_id), None)


def listed_face(face: Face) -> str:
    """Name a locked face in the notice of its model's retirement."""
    return f"*{escape_mrkdwn(face.character)}* in {channel(face.place.channel)} · locked {day(face.locked_at)}"


def list_intro(count: int) -> str:
    """Introduce the faces that the retiring model drew."""
    faces = "This face was drawn by it and stays" if count == 1 else f"These {count} faces were drawn by it and stay"
    return (
        f"{faces} locked. A re-audition shows whether other models can draw the same person: your team votes without "
        "knowing which picture is the original."
    )


def not_listed(count: int) -> str:
    """Say that more faces follow than a message lists; empty if it lists all."""
    more = count - MAX_LISTED
    return f"and {pluralize(more, 'more face', 'more faces')}; each record has the button" if more > 0 else ""


def _count(slot: Slot, tally: Tally, titles: Titles) -> str:
    who = "the original" if slot.copy_of_slot_id else escape_mrkdwn(titles(slot.model))
    return f"{who} {pluralize(tally.votes.get(slot.number or 0, 0), 'vote')}"


def _fate(found: Replacement) -> str:
    """Return `which is retired`, `which retires on 3 December` or `which has a successor`."""
    on: date | None = found.retires_on
    if found.is_retired:
        return "which is retired"
    return f"which is available until {calendar_date(on)}" if on else "which its vendor has replaced"
