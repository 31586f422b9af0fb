"""Comments on candidates: the form, and the thread message that collects them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from bot.domain.comment import COMMENT_LIMIT, Comment
from bot.domain.round import Round
from bot.usecases.comments import CommentForm
from handlers.text import comments as words
from handlers.views.builder import Block, View, button, context, section, view
from handlers.views.fields import build_modal, select, text_input

CALLBACK_ID, CANDIDATE, TEXT = "comment", "comment_on", "comment_text"
# docs.slack.dev, "Checkboxes": ten options.
MAX_OFFERED = 10


def open_button(round_id: str) -> Block:
    return button("comment", words.OPEN, round_id)


def form(comment_form: CommentForm) -> dict[str, Any]:
    """Build the modal; its metadata is the round id."""
    round_ = comment_form.round
    choices = [(str(number), slot_id) for number, slot_id in round_.ballot_options.items()]
    blocks = view(
        words.TITLE,
        select(CANDIDATE, words.CANDIDATE, choices, placeholder=words.CANDIDATE_EMPTY),
        text_input(TEXT, words.TEXT, max_length=COMMENT_LIMIT, optional=True, hint=words.TEXT_HINT),
        context(words.own_comments(comment_form)),
        context(words.explanation(comment_form)),
    )
    return build_modal(CALLBACK_ID, round_.id, words.TITLE, words.SUBMIT, blocks)


def collected(round_: Round, comments: Sequence[Comment]) -> View:
    """Build the thread message: the comments by candidate number, without models; without names if sealed."""
    if not comments:
        return view(words.NONE_LEFT, context(words.NONE_LEFT))
    by_slot: defaultdict[str, list[Comment]] = defaultdict(list)
    for comment in comments:
        by_slot[comment.slot_id].append(comment)
    heading = words.heading(round_, len(comments))
    return view(
        heading,
        section(heading),
        *(
            section(words.on_candidate(number, by_slot[slot_id], with_names=not round_.is_sealed))
            for number, slot_id in round_.slot_id_by_number.items()
            if slot_id in by_slot
        ),
    )


def offered(round_: Round, comments: Sequence[Comment]) -> list[tuple[int, Comment]]:
    """Return the newest comments by candidate number, as many as a form offers."""
    numbers = {slot_id: number for number, slot_id in round_.slot_id_by_number.items()}
    newest = [(numbers[c.slot_id], c) for c in comments if c.slot_id in numbers][-MAX_OFFERED:]
    return sorted(newest, key=lambda pair: (pair[0], pair[1].event_ts_us))
