"""The form that reports a picture, and the block in place of hidden ones."""

from typing import Any

from bot.domain.brief import REASON_LIMIT
from handlers.text import picture_report as words
from handlers.views.builder import Block, button, section, view
from handlers.views.fields import FieldOptions, build_modal, text_input

CALLBACK_ID = "report_picture"
REASON = "reason"


def report_button(round_id: str) -> Block:
    return button("report", words.BUTTON, round_id)


def hidden(round_id: str) -> Block:
    """Say that pictures are hidden; the button acts for the lead and administrators only."""
    return section(words.HIDDEN, button("report_dismiss", words.SHOW_AGAIN, round_id))


def form(round_id: str) -> dict[str, Any]:
    """Build the modal; its metadata is the round's id."""
    options = FieldOptions(hint=words.REASON_HINT)
    reason = text_input(REASON, words.REASON, "", multiline=True, max_length=REASON_LIMIT, field_options=options)
    return build_modal(
        CALLBACK_ID, round_id, words.TITLE, words.SUBMIT, view(words.INTRO, section(words.INTRO), reason)
    )
