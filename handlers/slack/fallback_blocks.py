"""Simpler versions of a view, for when Slack refuses one kind of block or one part of it.

Each kind of block has its own steps, so a refused header costs the header and not the contact sheet. Text becomes a
section, then a context, then rich text. Buttons go into one row, then each beside a line of text. The last step is text
without blocks. Menus become buttons with MENU_PREFIX in their action ids; `unwrap_menu_buttons` removes it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from handlers.text import fallback, labels
from handlers.text.format import strip_mrkdwn, truncate, truncate_mrkdwn
from handlers.views.builder import Block, View, fit

_SECTION_LIMIT, _PLAIN_LIMIT, _TEXT_ONLY_LIMIT = 3000, 2000, 3500
_BUTTONS_PER_ROW = 25
_MIN_CHARACTERS = 1000
# The steps of a kind of block: reduced to its text, in another type of block, without buttons, removed.
_REDUCED, _ALTERNATIVE, _BUTTONS_REMOVED, _REMOVED = 1, 2, 3, 4
_INTERACTIVE = frozenset({"button", "overflow", "static_select", "users_select", "conversations_select"})
_WITH_OPTIONS = frozenset({"overflow", "static_select"})
# Elements that accept the same input and report it alike in `view.state`.
_ALTERNATIVE_ELEMENT = {
    "checkboxes": "multi_static_select",
    "multi_static_select": "checkboxes",
    "radio_buttons": "static_select",
    "static_select": "radio_buttons",
    "number_input": "plain_text_input",
}
# Slack's limit of options for checkboxes and radio buttons.
_MAX_CHECKBOXES = 10
_REDUCED_INPUT_KEYS = frozenset({"type", "action_id", "options", "initial_option", "initial_options", "initial_value"})
_REQUIRED_INPUT_KEYS = frozenset(
    {"initial_user", "initial_users", "initial_date_time", "multiline", "is_decimal_allowed"}
)


@dataclass(frozen=True)
class FallbackLevel:
    """How much simpler a view becomes.

    `steps` counts the steps by kind of block; `characters` limits the whole text (0: no limit). The blocks at the
    indexes `accessories_removed` lose the picture beside their text.
    """

    steps: Mapping[str, int] = field(default_factory=dict)
    characters: int = 0
    accessories_removed: frozenset[int] = frozenset()

    @property
    def is_full(self) -> bool:
        """Whether the view stays as it is."""
        return self == FULL

    def without(self, kinds: Iterable[str]) -> "FallbackLevel":
        """Return a level with each of these kinds one step further down."""
        return replace(self, steps={**self.steps, **{kind: self.steps.get(kind, 0) + 1 for kind in kinds}})

    def shorter(self, budget: int) -> "FallbackLevel":
        return replace(self, characters=(self.characters or budget) // 2)

    @property
    def is_shortest(self) -> bool:
        return 0 < self.characters <= _MIN_CHARACTERS


FULL = FallbackLevel()

# Prefix of the action id of a button that replaces one option of a menu: `menu:2:decide`.
MENU_PREFIX = "menu:"


@dataclass(frozen=True)
class DegradedView:
    """A view to send; `kinds` and `sources` give the kind and the index of the original of each block."""

    view: View
    kinds: tuple[str, ...]
    sources: tuple[int, ...]


def degrade(full_view: View, level: FallbackLevel) -> DegradedView:
    """Simplify a view; where no block is left, its text says everything."""
    entries = [
        (kind, index, degraded)
        for index, block in enumerate(full_view.blocks)
        for kind in [_kind(block)]
        for degraded in _degrade_block(
            _without_accessory(block) if index in level.accessories_removed else block,
            level.steps.get(kind, 0),
            full_view.image_placeholder,
        )
    ]
    blocks = tuple(degraded for _, _, degraded in entries)
    view = replace(full_view, blocks=blocks) if blocks or not full_view.blocks else text_only(full_view)
    if level.characters:
        view = fit(view, level.characters)
    return DegradedView(view, tuple(kind for kind, _, _ in entries), tuple(index for _, index, _ in entries))


def without_extras(full_view: View) -> View:
    """Reduce a view to plain sections and buttons."""
    return degrade(full_view, FULL.without({_kind(block) for block in full_view.blocks})).view


def text_only(full_view: View) -> View:
    """Reduce a view to its text, with the commands that replace its buttons."""
    lines = [text for block in full_view.blocks for text, _ in _block_texts(block, full_view.image_placeholder)]
    if any(_interactive_elements(block) for block in full_view.blocks):
        lines.append(fallback.NO_BUTTONS)
    return replace(full_view, text=truncate_mrkdwn("\n".join(lines), _TEXT_ONLY_LIMIT) or full_view.text, blocks=())


def _kind(block: Block) -> str:
    """Return a block's type; for an input also the type of its element."""
    return f"input {block['element']['type']}" if block["type"] == "input" else str(block["type"])


def _without_accessory(block: Block) -> Block:
    return {key: value for key, value in block.items() if key != "accessory"}


def _degrade_block(block: Block, step: int, image_placeholder: str) -> Iterator[Block]:
    if step == 0:
        yield block
    elif block["type"] == "input":
        yield from _degrade_input(block, step)
    elif step == _REDUCED and block["type"] == "image" and "title" in block:
        yield {key: value for key, value in block.items() if key != "title"}
    else:
        for text, is_mrkdwn in _block_texts(block, image_placeholder):
            yield from _text_blocks(text, is_mrkdwn, step)
        elements = _interactive_elements(block)
        if any(element["type"] in _INTERACTIVE - _WITH_OPTIONS - {"button"} for element in elements):
            yield from _text_blocks(fallback.NO_MENU, True, step)
        yield from _button_blocks(
            [button for element in elements for button in _as_buttons(element)], step, block["type"]
        )


def _block_texts(block: Block, image_placeholder: str) -> list[tuple[str, bool]]:
    """Return a block's texts, each with whether it is mrkdwn; for a picture its placeholder."""
    kind = block["type"]
    if kind == "image":
        return [(image_placeholder, True)] if image_placeholder else []
    if kind == "rich_text":
        return [(text, False) for text in ["".join(_rich_texts(block))] if text]
    pieces = [block.get("text"), *block.get("fields", ()), *(block.get("elements", ()) if kind == "context" else ())]
    if isinstance(block.get("text"), str):
        pieces = [{"type": "mrkdwn", "text": block["text"]}]
    return [(p["text"], p["type"] == "mrkdwn") for p in pieces if isinstance(p, dict) and p.get("text")]


def _rich_texts(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("text"), str):
            yield part["text"]
        yield from _rich_texts(part.get("elements", []))
    elif isinstance(part, list):
        for item in part:
            yield from _rich_texts(item)


def _text_blocks(text: str, is_mrkdwn: bool, step: int) -> Iterator[Block]:
    if step == _REDUCED:
        kind = "mrkdwn" if is_mrkdwn else "plain_text"
        yield {"type": "section", "text": {"type": kind, "text": truncate_mrkdwn(text, _SECTION_LIMIT)}}
    elif step < _REMOVED:
        plain = truncate(strip_mrkdwn(text) if is_mrkdwn else text, _PLAIN_LIMIT)
        rich_text = {"type": "rich_text_section", "elements": [{"type": "text", "text": plain}]}
        plain_text = {"type": "plain_text", "text": plain}
        yield (
            {"type": "context", "elements": [plain_text]}
            if step == _ALTERNATIVE
            else {"type": "rich_text", "elements": [rich_text]}
        )


def _interactive_elements(block: Block) -> list[Block]:
    elements = block.get("elements", []) if block["type"] == "actions" else [block.get("accessory") or {}]
    return [element for element in elements if element.get("type") in _INTERACTIVE]


def _as_buttons(element: Block) -> Iterator[Block]:
    """Yield a button without confirmation, style or accessibility label; a menu gives one button per option."""
    if element["type"] == "button":
        yield {key: element[key] for key in ("type", "action_id", "value", "url") if key in element} | _label(
            element["text"]["text"]
        )
    elif element["type"] in _WITH_OPTIONS:
        menu = (element.get("placeholder") or {}).get("text", "")
        for number, option in enumerate(element["options"], start=1):
            action_id = f"{MENU_PREFIX}{number}:{element['action_id']}"
            label = _label(fallback.option(menu, option["text"]["text"]))
            yield {"type": "button", "action_id": action_id, "value": option["value"]} | label


def _label(text: str) -> Block:
    return {"text": {"type": "plain_text", "text": truncate(text, labels.BUTTON_LIMIT)}}


def _button_blocks(buttons: list[Block], step: int, kind: str) -> Iterator[Block]:
    """Yield buttons in rows, then each beside a line of text; an accessory's buttons stay in rows."""
    is_accessory = kind == "section"
    if step == _REDUCED or (is_accessory and step < _BUTTONS_REMOVED):
        for start in range(0, len(buttons), _BUTTONS_PER_ROW):
            yield {"type": "actions", "elements": buttons[start : start + _BUTTONS_PER_ROW]}
    elif step < _BUTTONS_REMOVED:
        for button in buttons:
            yield {
                "type": "section",
                "text": {"type": "plain_text", "text": button["text"]["text"]},
                "accessory": button,
            }
    elif buttons and step < _REMOVED:
        notice = {"type": "mrkdwn", "text": fallback.NO_BUTTONS}
        yield {"type": "context", "elements": [notice]} if is_accessory else {"type": "section", "text": notice}


def _degrade_input(block: Block, step: int) -> Iterator[Block]:
    """Yield an input without hint and placeholder, then with another element, then a text instead of it."""
    element = block["element"]
    reduced: Block = {key: value for key, value in element.items() if key in _REDUCED_INPUT_KEYS | _REQUIRED_INPUT_KEYS}
    copied_keys = ("block_id", "label", "optional", "dispatch_action")
    base: Block = {"type": "input", **{key: block[key] for key in copied_keys if key in block}}
    if element["type"] == "file_input":
        reduced = dict(element)
    if step == _REDUCED:
        yield {**base, "element": reduced}
        return
    alternative = _ALTERNATIVE_ELEMENT.get(element["type"])
    has_too_many_options = (
        alternative in ("checkboxes", "radio_buttons") and len(element.get("options", ())) > _MAX_CHECKBOXES
    )
    if step == _ALTERNATIVE and alternative and not has_too_many_options:
        yield {
            **base,
            "element": {k: v for k, v in reduced.items() if k != "is_decimal_allowed"} | {"type": alternative},
        }
    elif step < _REMOVED:
        yield {
            "type": "section",
            "text": {"type": "plain_text", "text": f"{block['label']['text']}: {fallback.NO_FIELD}"},
        }


def can_degrade(kinds: Collection[str], level: FallbackLevel) -> bool:
    """Whether a further step of these kinds would change something."""
    return any(level.steps.get(kind, 0) < _REMOVED for kind in kinds)


def unwrap_menu_buttons(body: dict[str, Any]) -> None:
    """Remove MENU_PREFIX from action ids in place, so the press looks like one on the menu itself."""
    actions = body.get("actions")
    for action in actions if isinstance(actions, list) else ():
        if isinstance(action, dict) and str(action.get("action_id")).startswith(MENU_PREFIX):
            action["action_id"] = action["action_id"].removeprefix(MENU_PREFIX).partition(":")[2]
