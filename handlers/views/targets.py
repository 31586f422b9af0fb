"""Pipeline targets: the block in a record, and the form of a report."""

from typing import Any

from bot.domain.target import EXTERNAL_ID_LIMIT
from bot.usecases.targets import TargetForm, TargetList
from handlers.text import targets as words
from handlers.views.builder import Block, button, section, view
from handlers.views.fields import build_modal, choices_of, radio_buttons, select, text_input

CALLBACK_ID = "report_target"
TARGET, STATE, EXTERNAL_ID = "target", "target_state", "external_id"


def record_block(round_id: str, targets: TargetList) -> Block | None:
    """Return the lines of a record with the button that adds a report; None where the production uses no target."""
    return section(words.lines(targets), button("targets", words.BUTTON, round_id)) if targets else None


def form(target_form: TargetForm) -> dict[str, Any]:
    """Build the modal; its metadata is the round's id."""
    choices = [(target, target) for target, _ in target_form.targets]
    body = view(
        words.TITLE,
        section(words.INTRO),
        select(TARGET, words.TARGET, choices, placeholder=words.TARGET_EMPTY),
        radio_buttons(STATE, words.STATE, choices_of(words.STATES)),
        text_input(
            EXTERNAL_ID,
            words.EXTERNAL_ID,
            max_length=EXTERNAL_ID_LIMIT,
            optional=True,
            hint=words.EXTERNAL_ID_HINT,
        ),
    )
    return build_modal(CALLBACK_ID, target_form.face.round_id, words.TITLE, words.SUBMIT, body)
