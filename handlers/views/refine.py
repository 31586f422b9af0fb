"""The form that refines a brief for a new round."""

from typing import Any

from bot.usecases.refine import RefineForm
from handlers.text import refine as refine_text
from handlers.views.builder import context, section, view
from handlers.views.fields import FieldOptions, build_modal, long_text_inputs

CALLBACK_ID, BRIEF = "refine", "brief"


def form(refine_form: RefineForm) -> dict[str, Any]:
    """Build the modal; its metadata is the round id."""
    round_ = refine_form.round
    field_options = FieldOptions(hint=refine_text.routing_hint(round_))
    text = refine_text.intro(round_, refine_form.price)
    blocks = view(
        text,
        section(text),
        *long_text_inputs(BRIEF, refine_text.BRIEF, round_.brief.text, field_options),
        context(refine_text.flaw_summary(refine_form.flaw_counts)),
    )
    return build_modal(CALLBACK_ID, round_.id, refine_text.TITLE, refine_text.SUBMIT, blocks)
