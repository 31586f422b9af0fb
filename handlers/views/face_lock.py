"""The questions before a lock: a private message without a leader, and a modal for the lead's choice."""

from typing import Any

from bot.domain.round import Round
from bot.domain.slot import Slot
from bot.usecases.face_lock import LockChoices
from handlers.text import alt_text, labels
from handlers.text import face_lock as words
from handlers.text.model_titles import Titles
from handlers.views.builder import View, button, context, image, section, text_view, view
from handlers.views.fields import build_modal

DECIDE_CALLBACK_ID = "decide"


def no_leader(choices: LockChoices) -> View:
    """Offer what is possible while no candidate leads; each button answers the question."""
    round_ = choices.round
    closes_at = int(round_.closes_at.timestamp()) if round_.closes_at else 0
    return text_view(
        words.no_leader(choices),
        button("close", labels.CLOSE, round_.id, style="primary"),
        button("more", labels.EXTEND, f"{round_.id} extend {closes_at}"),
    )


def decide(round_: Round, slot: Slot, titles: Titles) -> dict[str, Any]:
    """Build the modal that names the chosen candidate; its metadata is the slot id."""
    number = slot.number or 0
    text = words.decide_question(round_, slot)
    blocks = view(
        text,
        section(text),
        image(slot.file_id, alt_text.candidate(round_, number)) if slot.file_id else None,
        context(words.decide_details(round_, slot, titles)),
        context(labels.DECIDE_CONSEQUENCE),
    )
    return build_modal(DECIDE_CALLBACK_ID, slot.id, words.decide_title(number), f"Lock {number}", blocks)
