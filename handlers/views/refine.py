"""The form that refines a brief for a new round."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.domain.ballot import FlawTag
from bot.usecases.refine import RefineForm
from handlers.text import comments as comments_text
from handlers.text import refine as words
from handlers.views import comments as comment_views
from handlers.views import flaw_tags as flaw_tag_views
from handlers.views.builder import Block, context, section, view
from handlers.views.fields import build_modal, checkboxes, is_continuation, long_text_inputs

CALLBACK_ID, BRIEF, COMMENTS = "refine", "brief", "comments"
_TAG_SEPARATOR = "+"


def form(refine_form: RefineForm, text: str | None = None, added: Sequence[FlawTag] = ()) -> dict[str, Any]:
    """Build the modal; its metadata is the round id.

    `text` is what the user has typed so far, with the words for the flaws in `added`.
    """
    round_ = refine_form.round
    intro = words.intro(round_, refine_form.price)
    offers = tuple(flaw_tag_views.word_offers(refine_form.offers, added))
    blocks = view(
        intro,
        section(intro),
        *long_text_inputs(
            _brief_field(added),
            words.BRIEF,
            round_.brief.text if text is None else text,
            hint=words.routing_hint(round_),
        ),
        context(words.flaw_summary(refine_form.flaw_counts)),
        *offers,
        *_comment_choices(refine_form),
    )
    return build_modal(CALLBACK_ID, round_.id, words.TITLE, words.SUBMIT, blocks)


def find_brief_field(values: Mapping[str, Sequence[str]]) -> tuple[str, tuple[FlawTag, ...]]:
    """Return the id of the brief's field in a submitted form, and the flaws whose words were added."""
    for field in values:
        name, *tags = field.split(_TAG_SEPARATOR)
        if name == BRIEF and not is_continuation(field):
            return field, tuple(FlawTag(tag) for tag in tags)
    return BRIEF, ()


def _brief_field(added: Sequence[FlawTag]) -> str:
    """Return another id for each text that the bot puts in: Slack keeps what a user typed in a field by its id."""
    return _TAG_SEPARATOR.join([BRIEF, *added])


def _comment_choices(refine_form: RefineForm) -> Iterator[Block]:
    """Offer the newest comments, each with slot and timestamp as its value, to be added to the brief."""
    choices = [
        (comments_text.option(number, comment), f"{comment.slot_id} {comment.event_ts_us}")
        for number, comment in comment_views.offered(refine_form.round, refine_form.comments)
    ]
    if choices:
        yield checkboxes(COMMENTS, comments_text.REFINE_LABEL, choices, ())
