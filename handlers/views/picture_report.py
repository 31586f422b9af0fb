"""The form that reports a portrait, and the blocks in place of hidden ones."""

from collections.abc import Iterator
from typing import Any

from bot.domain.brief import REASON_LIMIT
from bot.domain.round import Round
from bot.usecases.picture_report import ReportForm
from handlers.text import picture_report as words
from handlers.views.builder import Block, button, section, view
from handlers.views.fields import build_modal, select, text_input

CALLBACK_ID = "report_picture"
CANDIDATE, REASON = "candidate", "reason"


def report_button(round_id: str, action_id: str = "report") -> Block:
    return button(action_id, words.BUTTON, round_id)


def hidden(round_: Round) -> Iterator[Block]:
    """Say which portraits are hidden; the buttons act for the lead and administrators only."""
    for slot in round_.hidden:
        show_button = button(f"report_dismiss:{slot.number}", words.SHOW_AGAIN, slot.id)
        yield section(words.hidden(round_, slot), show_button)


def form(report_form: ReportForm) -> dict[str, Any]:
    """Build the modal; its metadata is the round's id. The face, or the only candidate, is chosen already."""
    round_, candidates = report_form.round, report_form.candidates
    if not candidates:
        nothing = view(words.NOTHING_LEFT, section(words.NOTHING_LEFT))
        return build_modal(CALLBACK_ID, round_.id, words.TITLE, "", nothing)
    ids = [slot.id for slot in candidates]
    selected = next((id_ for id_ in ids if id_ == round_.locked_slot or len(ids) == 1), "")
    choices = [(words.option(round_, slot), slot.id) for slot in candidates]
    reason = text_input(REASON, words.REASON, multiline=True, max_length=REASON_LIMIT, hint=words.REASON_HINT)
    menu = select(CANDIDATE, words.CANDIDATE, choices, selected)
    return build_modal(
        CALLBACK_ID, round_.id, words.TITLE, words.SUBMIT, view(words.INTRO, section(words.INTRO), menu, reason)
    )
