"""Views and the Block Kit parts that they consist of.

Limits are from docs.slack.dev, "Block Kit reference". Parts are dicts because slack_sdk's models drop unknown keys.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from handlers.text import labels
from handlers.text.format import join_parts, truncate, truncate_mrkdwn

Block = dict[str, Any]
# Pairs of a label and its value: an opaque id.
Choices = Iterable[tuple[str, str]]

CHARACTER_BUDGET = 8000
_TEXT_LIMIT = 3000
_SECTION_LIMIT = 3000
_ALT_LIMIT = 2000
_OPTION_LIMIT = 75
_CHART_TITLE_LIMIT = 50
_CHART_LABEL_LIMIT = 20
_MAX_BARS = 20
_COUNTED_KEYS = ("text", "alt_text")


@dataclass(frozen=True)
class View:
    """Blocks, and the `text` for notifications, screen readers and old clients.

    `image_placeholder` replaces a picture that Slack cannot show.
    """

    text: str
    blocks: tuple[Block, ...]
    image_placeholder: str = ""

    def without_images(self) -> "View":
        """Remove pictures: Slack rejects a whole message for one file that it cannot show."""
        blocks = (context(self.image_placeholder) if b["type"] == "image" else b for b in self.blocks)
        return replace(self, blocks=tuple({k: v for k, v in b.items() if not _is_image(v)} for b in blocks if b))


def view(text: str, *blocks: Block | None, image_placeholder: str = "") -> View:
    """Build a view of the blocks that are not None."""
    return View(text, tuple(b for b in blocks if b), image_placeholder)


def text_view(text: str, *buttons: Block) -> View:
    """Build a view of one text with buttons below it."""
    return view(text, section(text), actions(buttons))


def is_single_sentence(message: View) -> bool:
    """Tell whether the only block repeats the view's text."""
    return len(message.blocks) == 1 and (message.blocks[0].get("text") or {}).get("text") == message.text


def fit(view: View, budget: int = CHARACTER_BUDGET) -> View:
    """Shorten the longest texts to one length, so that all together fit into `budget` characters."""
    lengths = sorted(len(text) for text in _texts(view.blocks))
    text = truncate_mrkdwn(view.text, min(_TEXT_LIMIT, budget))
    if sum(lengths) <= budget:
        return replace(view, text=text)
    max_length = _max_length(lengths, budget)
    return replace(view, text=text, blocks=tuple(_truncate_texts(block, max_length) for block in view.blocks))


def header(text: str) -> Block:
    return {"type": "header", "text": plain(truncate(text, labels.HEADER_LIMIT))}


def section(text: str, accessory: Block | None = None) -> Block:
    block: Block = {"type": "section", "text": mrkdwn(truncate_mrkdwn(text, _SECTION_LIMIT)), "expand": True}
    return block | {"accessory": accessory} if accessory else block


def paragraph(text: str) -> Block:
    """Build a section that Slack may fold, for a single sentence."""
    return {"type": "section", "text": mrkdwn(text)}


def context(*texts: str) -> Block | None:
    """Build one quiet line of the texts that are not empty; None if all are."""
    line = join_parts(*texts)
    return {"type": "context", "elements": [mrkdwn(truncate_mrkdwn(line, _SECTION_LIMIT))]} if line else None


def divider() -> Block:
    return {"type": "divider"}


def quote(text: str, limit: int) -> Block:
    """Quote user text: rich text needs no escaping."""
    return _rich("rich_text_quote", truncate(text, limit))


def preformatted(text: str) -> Block:
    """Build a line to copy."""
    return _rich("rich_text_preformatted", text)


def image(file_id: str, alt_text: str) -> Block:
    return {"type": "image", **image_element(file_id, alt_text)}


def image_element(file_id: str, alt_text: str) -> Block:
    """Refer to an uploaded file by its id; Slack must have processed the file."""
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": truncate(alt_text, _ALT_LIMIT)}


def bar_chart(title: str, series: str, values: Mapping[str, int], axis: str) -> Block:
    """Build Slack's own bar chart of whole numbers by label; `axis` names their unit.

    Format: docs.slack.dev/reference/block-kit/blocks/data-visualization-block. Workspaces that do not have it yet
    refuse it with `invalid_blocks`, and it is left out there.
    """
    bars = list(values.items())[:_MAX_BARS]
    labels_shown = [truncate(label, _CHART_LABEL_LIMIT) for label, _ in bars]
    data = [{"label": label, "value": value} for label, (_, value) in zip(labels_shown, bars, strict=True)]
    return {
        "type": "data_visualization",
        "title": truncate(title, _CHART_TITLE_LIMIT),
        "chart": {
            "type": "bar",
            "series": [{"name": truncate(series, _CHART_LABEL_LIMIT), "data": data}],
            "axis_config": {"categories": labels_shown, "y_label": truncate(axis, _CHART_TITLE_LIMIT)},
        },
    }


def actions(elements: Iterable[Block]) -> Block | None:
    items = list(elements)
    return {"type": "actions", "elements": items} if items else None


def button(
    action_id: str,
    label: str,
    value: str,
    *,
    confirm: Block | None = None,
    style: str = "",
    accessibility_label: str = "",
) -> Block:
    """Build a button; `value` is an opaque id, `confirm` a dialog before it acts."""
    text = plain(truncate(label, labels.BUTTON_LIMIT))
    block: Block = {"type": "button", "action_id": action_id, "text": text, "value": value}
    optional = {
        "confirm": confirm,
        "style": style,
        "accessibility_label": truncate(accessibility_label, labels.BUTTON_LIMIT),
    }
    return block | {key: field for key, field in optional.items() if field}


def static_select(action_id: str, label: str, choices: Choices) -> Block:
    block: Block = {"type": "static_select", "action_id": action_id, "placeholder": plain(label)}
    return block | {"options": build_options(choices)}


def overflow(action_id: str, choices: Choices) -> Block:
    """Build a three-dots menu of two to five choices."""
    return {"type": "overflow", "action_id": action_id, "options": build_options(choices)}


def build_options(choices: Choices) -> list[Block]:
    return [{"text": plain(truncate(label, _OPTION_LIMIT)), "value": value} for label, value in choices]


def confirm(title: str, consequence: str, confirm_label: str) -> Block:
    """Build the dialog that Slack shows before a button acts."""
    return {
        "title": plain(truncate(title, labels.CONFIRM_TITLE_LIMIT)),
        "text": plain(truncate(consequence, 300)),
        "confirm": plain(truncate(confirm_label, 30)),
        "deny": plain(labels.DENY),
    }


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def mrkdwn(text: str) -> Block:
    """Build formatted text; `verbatim` keeps Slack from linking names in it."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _rich(kind: str, text: str) -> Block:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": [{"type": "text", "text": text}]}]}


def _is_image(value: object) -> bool:
    return isinstance(value, dict) and value.get("type") == "image"


def _max_length(lengths: list[int], budget: int) -> int:
    """Return the length limit at which all texts fit; `lengths` are in ascending order."""
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
    return {
        key: truncate_mrkdwn(value, max_length)
        if key in _COUNTED_KEYS and isinstance(value, str)
        else _truncate_texts(value, max_length)
        for key, value in part.items()
    }
