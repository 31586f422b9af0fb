"""The form that refines a brief for a new round."""

from collections.abc import Iterator
from typing import Any

from bot.usecases.refine import RefineForm
from handlers.text import comments as comments_text
from handlers.text import refine as refine_text
from handlers.views import comments as comment_views
from handlers.views.builder import Block, context, section, view
from handlers.views.fields import FieldOptions, build_modal, checkboxes, long_text_inputs

CALLBACK_ID, BRIEF, COMMENTS = "refine", "brief", "comments"


def form(refine_form: RefineForm) -> dict[str, Any]:
    """Build the modal; its metadata is the round id."""
    round_ = refine_form.round
    field_options = FieldOptions(hint=refine_text.routing_hint(round_))
    text = refine_text.intro(round_, refine_form.price)
    blocks = view(
        text,
        section(text),
        *long_text_inputs(BRIEF, refine_text.BRIEF, round_.brief.text, field_options),
        *_comment_choices(refine_form),
        context(refine_text.flaw_summary(refine_form.flaw_counts)),
    )
    return build_modal(CALLBACK_ID, round_.id, refine_text.TITLE, refine_text.SUBMIT, blocks)


def _comment_choices(refine_form: RefineForm) -> Iterator[Block]:
    """Offer the newest comments, each with slot and timestamp as its value, to be added to the brief."""
    choices = [
        (comments_text.option(number, comment), f"{comment.slot_id} {comment.event_ts_us}")
        for number, comment in comment_views.offered(refine_form.round, refine_form.comments)
    ]
    if choices:
        yield checkboxes(COMMENTS, comments_text.REFINE_LABEL, choices, ())
