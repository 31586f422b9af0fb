"""The brief: below a round's title in every state, and whole in a modal."""

from collections.abc import Iterator
from typing import Any

from bot.domain.round import Round
from handlers.text import full_brief as words
from handlers.views.builder import Block, actions, button, context, header, quote, section, view
from handlers.views.fields import build_modal

ACTION_ID = "full_brief"
# A rich text element has no documented limit; a whole message has about 13,000 characters.
_TEXT_LIMIT = 6_000


def brief_blocks(round_: Round) -> Iterator[Block | None]:
    """Quote the brief, shortened, with a button for the rest, and say what else the portraits follow."""
    brief = round_.brief
    yield quote(words.excerpt(brief), _TEXT_LIMIT)
    yield context(words.conditions(brief))
    if words.is_shortened(brief):
        yield actions([button(ACTION_ID, words.OPEN, round_.id)])


def modal(round_: Round) -> dict[str, Any]:
    """Show the whole brief and house style of a round."""
    return build_modal("notice", "", words.TITLE, "", view(words.TITLE, *_modal_blocks(round_)))


def _modal_blocks(round_: Round) -> Iterator[Block | None]:
    brief = round_.brief
    yield header(round_.character)
    yield quote(brief.text, _TEXT_LIMIT)
    if brief.style:
        yield section(words.STYLE)
        yield quote(brief.style, _TEXT_LIMIT)
    yield context(words.use_and_likeness(brief))
