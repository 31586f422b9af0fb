"""`/cast many`: the form for a pasted list, its check, and the progress message."""

from collections.abc import Sequence
from typing import Any

from bot.domain.cast_many import ManyList, ManyState
from bot.usecases.cast_many import CheckedList
from handlers.text import cast_many as words
from handlers.views.builder import Block, View, actions, button, context, header, paragraph, section, view
from handlers.views.fields import build_modal, long_text_inputs

CALLBACK_ID, CONFIRM_CALLBACK_ID, LIST = "cast_many", "cast_many_confirm", "cast_many_list"
_LINES_PER_SECTION = 10


def form(channel: str, text: str) -> dict[str, Any]:
    """Build the form; its metadata is the channel."""
    fields = long_text_inputs(LIST, words.LIST, text, hint=words.LIST_HINT)
    body = view(words.TITLE, *fields, context(words.NOTHING_STARTED))
    return build_modal(CALLBACK_ID, channel, words.TITLE, words.CHECK, body)


def check(checked: CheckedList) -> dict[str, Any]:
    """Build the confirmation: every line with its price, or with what is wrong; its metadata is the list's id."""
    body = view(
        words.CONFIRM_TITLE,
        section(words.summary(checked)),
        *(paragraph(words.checked_line(line, price)) for line, price in checked.lines),
    )
    return build_modal(CONFIRM_CALLBACK_ID, checked.draft.id, words.CONFIRM_TITLE, words.submit(checked), body)


def progress(many: ManyList) -> View:
    """Build the message: how many started, each line's state, and why the list stopped."""
    heading = words.heading(many)
    lines = [words.line(number, line) for number, line in enumerate(many.lines, start=1)]
    return view(
        f"{heading}. {words.status(many)}",
        header(heading),
        context(words.status(many)),
        *_sections(lines),
        section(words.stop(many)) if many.state is ManyState.STOPPED else None,
        actions(_buttons(many)),
    )


def _sections(lines: Sequence[str]) -> list[Block]:
    starts = range(0, len(lines), _LINES_PER_SECTION)
    return [section("\n".join(lines[start : start + _LINES_PER_SECTION])) for start in starts]


def _buttons(many: ManyList) -> list[Block]:
    resume = button("cast_many_continue", words.CONTINUE, many.id, style="primary")
    drop = button("cast_many_drop", words.DROP_REST, many.id)
    return {ManyState.STOPPED: [resume, drop], ManyState.RUNNING: [drop]}.get(many.state, [])
