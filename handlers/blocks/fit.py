"""One message stays below what Slack counts over all its blocks.

Slack refuses a message with `msg_blocks_too_long` from somewhere between 9,600 and 13,300 characters over all blocks on
(slackapi/bolt-js issues 2509 and 2867; no number is documented), and a `chat.update` with more than 4,000 of text.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from handlers.blocks.view import Block, View
from handlers.words.text import truncate_mrkdwn

CHARACTER_BUDGET = 8000
_TEXT_LIMIT = 3000
_COUNTED_KEYS = ("text", "alt_text")


def fit(view: View, budget: int = CHARACTER_BUDGET) -> View:
    """`view` with its longest texts cut, each to the same length, until all together fit; nothing else changes."""
    lengths = sorted(len(text) for text in _texts(view.blocks))
    text = truncate_mrkdwn(view.text, min(_TEXT_LIMIT, budget))
    if sum(lengths) <= budget:
        return replace(view, text=text)
    max_length = _max_length(lengths, budget)
    return replace(view, text=text, blocks=tuple(_truncate_texts(block, max_length) for block in view.blocks))


def count_characters(view: View) -> int:
    """How many characters of a message's blocks people could read or hear."""
    return sum(len(text) for text in _texts(view.blocks))


def _max_length(lengths: list[int], budget: int) -> int:
    """How long one text may be so that all fit; `lengths` in order, shortest first."""
    remaining = budget
    for index, length in enumerate(lengths):
        share = remaining // (len(lengths) - index)
        if length > share:
            return max(share, 2)
        remaining -= length
    return budget


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key in _COUNTED_KEYS and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)
    elif isinstance(part, list | tuple):
        for item in part:
            yield from _texts(item)


def _truncate_texts(part: Any, max_length: int) -> Any:
    if isinstance(part, list | tuple):
        return [_truncate_texts(item, max_length) for item in part]
    if not isinstance(part, dict):
        return part
    result: Block = {}
    for key, value in part.items():
        result[key] = (
            truncate_mrkdwn(value, max_length)
            if key in _COUNTED_KEYS and isinstance(value, str)
            else _truncate_texts(value, max_length)
        )
    return result
