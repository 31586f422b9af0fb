"""The form in which a brief is refined."""

from typing import Any

from bot.refining import RefineForm
from handlers.blocks.dialog import TEXT_LIMIT, FieldOptions, build_modal, text_input
from handlers.blocks.view import context, section, view
from handlers.words import refining as words

CALLBACK_ID, BRIEF = "refine", "brief"


def form(refine_form: RefineForm) -> dict[str, Any]:
    """A modal with the brief as it stands; the round's id goes along."""
    round_ = refine_form.round
    fits = len(round_.brief.text) <= TEXT_LIMIT
    field_options = FieldOptions(hint=words.routing_hint(round_) if fits else words.TOO_LONG)
    text = words.intro(round_, refine_form.price)
    blocks = view(
        text,
        section(text),
        text_input(BRIEF, words.BRIEF, round_.brief.text if fits else "", multiline=True, field_options=field_options),
        context(words.flaw_summary(refine_form.flaw_counts)),
    )
    return build_modal(CALLBACK_ID, round_.id, words.TITLE, words.SUBMIT, blocks)
