"""The form that deletes a character."""

from typing import Any

from bot.domain.brief import NAME_LIMIT, REASON_LIMIT
from bot.usecases.deletion import DeletionSummary
from handlers.text import deletion as words
from handlers.views.builder import section, view
from handlers.views.fields import build_modal, text_input

CALLBACK_ID = "delete_character"
NAME, REASON = "name", "reason"


def form(summary: DeletionSummary, channel: str) -> dict[str, Any]:
    """Build the modal; its metadata is the channel and the character's id."""
    intro = words.intro(summary)
    return build_modal(
        CALLBACK_ID,
        f"{channel} {summary.character.id}",
        words.TITLE,
        words.SUBMIT,
        view(
            intro,
            section(intro),
            text_input(NAME, words.name_label(summary.character.name), max_length=NAME_LIMIT),
            text_input(REASON, words.REASON, max_length=REASON_LIMIT, hint=words.REASON_HINT),
        ),
    )
