"""The same message with less in it: for a Slack that refuses one kind of block, or one part of it.

Every kind goes down its own steps, so that a refused header costs a header and not the contact sheet. Words stand as a
section, then as a context, then as rich text; buttons bare in a row, then each beside a line of its own; at the end
there is the text alone. Menus become buttons, whose action ids carry MENU in front; `payloads.unwrapped` takes it off.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from handlers.blocks.fit import fit
from handlers.blocks.view import Block, View
from handlers.payloads import MENU
from handlers.words import labels, plainer
from handlers.words.text import cut, cut_marked, unmarked

_SECTION_LIMIT, _PLAIN_LIMIT, _ALONE_LIMIT = 3000, 2000, 3500
_A_ROW = 25
# The step at which nothing of a block is left.
_GONE = 4
_PRESSES_GONE = 3
_FEWEST_CHARACTERS = 1000
# Steps of a kind: as plain as it goes, and then in another shape.
_BARE, _OTHERWISE = 1, 2
_INTERACTIVE = frozenset({"button", "overflow", "static_select", "users_select", "conversations_select"})
_WITH_OPTIONS = frozenset({"overflow", "static_select"})
# Elements that take in the same, told alike in `view.state`; at most ten options go into boxes.
_OTHER_WAY = {
    "checkboxes": "multi_static_select",
    "multi_static_select": "checkboxes",
    "radio_buttons": "static_select",
    "static_select": "radio_buttons",
    "number_input": "plain_text_input",
}
_MOST_BOXES = 10
_BARE_FIELD = frozenset({"type", "action_id", "options", "initial_option", "initial_options", "initial_value"})
_ALWAYS_KEPT = frozenset({"initial_user", "initial_users", "initial_date_time", "multiline", "is_decimal_allowed"})


@dataclass(frozen=True)
class Plainness:
    """How many steps down each kind of block is, and how many characters all may have together (0: as many as fit)."""

    steps: Mapping[str, int] = field(default_factory=dict)
    characters: int = 0

    @property
    def full(self) -> bool:
        """Whether everything is shown as it was meant."""
        return not self.steps and not self.characters

    def without(self, kinds: Iterable[str]) -> "Plainness":
        """Each of these kinds one step further down."""
        return replace(self, steps={**self.steps, **{kind: self.steps.get(kind, 0) + 1 for kind in kinds}})

    def shorter(self, budget: int) -> "Plainness":
        return replace(self, characters=(self.characters or budget) // 2)

    @property
    def shortest(self) -> bool:
        return 0 < self.characters <= _FEWEST_CHARACTERS


AS_MEANT = Plainness()


@dataclass(frozen=True)
class Drawn:
    """A view as it is sent; `kinds` says of each of its blocks what it was meant as."""

    view: View
    kinds: tuple[str, ...]


def drawn(meant: View, plainness: Plainness) -> Drawn:
    """`meant`, as plain as that; its text says everything where no block is left."""
    pairs = [
        (kind, plain)
        for kind, block in ((_kind(block), block) for block in meant.blocks)
        for plain in _down(block, plainness.steps.get(kind, 0), meant.instead)
    ]
    blocks = tuple(plain for _, plain in pairs)
    view = replace(meant, blocks=blocks) if blocks or not meant.blocks else alone(meant)
    if plainness.characters:
        view = fit(view, plainness.characters)
    return Drawn(view, tuple(kind for kind, _ in pairs))


def bare(meant: View) -> View:
    """Words and buttons, and nothing else that Slack could refuse."""
    return drawn(meant, AS_MEANT.without({_kind(block) for block in meant.blocks})).view


def alone(meant: View) -> View:
    """Text without a single block: everything a person would read, and what works without buttons."""
    lines = [text for block in meant.blocks for text, _ in _words(block, meant.instead)]
    if any(_presses(block) for block in meant.blocks):
        lines.append(plainer.NO_BUTTONS)
    return replace(meant, text=cut_marked("\n".join(lines), _ALONE_LIMIT) or meant.text, blocks=())


def _kind(block: Block) -> str:
    """A block's type; of a field also what it is filled in with."""
    return f"input {block['element']['type']}" if block["type"] == "input" else str(block["type"])


def _down(block: Block, step: int, instead: str) -> Iterator[Block]:
    if step == 0:
        yield block
    elif block["type"] == "input":
        yield from _field(block, step)
    elif step == _BARE and block["type"] == "image" and "title" in block:
        yield {key: value for key, value in block.items() if key != "title"}
    else:
        for text, marked in _words(block, instead):
            yield from _said(text, marked, step)
        presses = _presses(block)
        if any(press["type"] in _INTERACTIVE - _WITH_OPTIONS - {"button"} for press in presses):
            yield from _said(plainer.NO_MENU, True, step)
        yield from _pressed([button for press in presses for button in _buttons(press)], step, block["type"])


def _words(block: Block, instead: str) -> list[tuple[str, bool]]:
    """What a block says, each piece with whether it is marked up; in the place of a picture what `instead` says."""
    kind = block["type"]
    if kind == "image":
        return [(instead, True)] if instead else []
    if kind == "rich_text":
        return [(text, False) for text in ["".join(_plain_texts(block))] if text]
    pieces = [block.get("text"), *block.get("fields", ()), *(block.get("elements", ()) if kind == "context" else ())]
    if isinstance(block.get("text"), str):
        pieces = [{"type": "mrkdwn", "text": block["text"]}]
    return [(p["text"], p["type"] == "mrkdwn") for p in pieces if isinstance(p, dict) and p.get("text")]


def _plain_texts(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("text"), str):
            yield part["text"]
        yield from _plain_texts(part.get("elements", []))
    elif isinstance(part, list):
        for item in part:
            yield from _plain_texts(item)


def _said(text: str, marked: bool, step: int) -> Iterator[Block]:
    if step == _BARE:
        kind = "mrkdwn" if marked else "plain_text"
        yield {"type": "section", "text": {"type": kind, "text": cut_marked(text, _SECTION_LIMIT)}}
    elif step < _GONE:
        plain = cut(unmarked(text) if marked else text, _PLAIN_LIMIT)
        spoken = {"type": "rich_text_section", "elements": [{"type": "text", "text": plain}]}
        quiet = {"type": "plain_text", "text": plain}
        yield (
            {"type": "context", "elements": [quiet]}
            if step == _OTHERWISE
            else {"type": "rich_text", "elements": [spoken]}
        )


def _presses(block: Block) -> list[Block]:
    elements = block.get("elements", []) if block["type"] == "actions" else [block.get("accessory") or {}]
    return [element for element in elements if element.get("type") in _INTERACTIVE]


def _buttons(press: Block) -> Iterator[Block]:
    """The press without question, colour or spoken label; a menu as one button a line."""
    if press["type"] == "button":
        yield {key: press[key] for key in ("type", "action_id", "value", "url") if key in press} | _label(
            press["text"]["text"]
        )
    elif press["type"] in _WITH_OPTIONS:
        menu = (press.get("placeholder") or {}).get("text", "")
        for number, option in enumerate(press["options"], start=1):
            name = f"{MENU}{number}:{press['action_id']}"
            label = _label(plainer.option(menu, option["text"]["text"]))
            yield {"type": "button", "action_id": name, "value": option["value"]} | label


def _label(text: str) -> Block:
    return {"text": {"type": "plain_text", "text": cut(text, labels.BUTTON_LIMIT)}}


def _pressed(buttons: list[Block], step: int, kind: str) -> Iterator[Block]:
    """Buttons in a row, then each beside a line; where it was a section that Slack refused they stay in a row."""
    beside = kind == "section"
    if step == _BARE or (beside and step < _PRESSES_GONE):
        for first in range(0, len(buttons), _A_ROW):
            yield {"type": "actions", "elements": buttons[first : first + _A_ROW]}
    elif step < _PRESSES_GONE:
        for button in buttons:
            yield {
                "type": "section",
                "text": {"type": "plain_text", "text": button["text"]["text"]},
                "accessory": button,
            }
    elif buttons and step < _GONE:
        said = {"type": "mrkdwn", "text": plainer.NO_BUTTONS}
        yield {"type": "context", "elements": [said]} if beside else {"type": "section", "text": said}


def _field(block: Block, step: int) -> Iterator[Block]:
    """An input without hint and placeholder, then taken in another way, then left out with a word about it."""
    element = block["element"]
    kept: Block = {key: value for key, value in element.items() if key in _BARE_FIELD | _ALWAYS_KEPT}
    named = ("block_id", "label", "optional", "dispatch_action")
    inputs: Block = {"type": "input", **{key: block[key] for key in named if key in block}}
    if element["type"] == "file_input":
        kept = dict(element)
    if step == _BARE:
        yield {**inputs, "element": kept}
        return
    other = _OTHER_WAY.get(element["type"])
    boxes = other in ("checkboxes", "radio_buttons") and len(element.get("options", ())) > _MOST_BOXES
    if step == _OTHERWISE and other and not boxes:
        yield {**inputs, "element": {k: v for k, v in kept.items() if k != "is_decimal_allowed"} | {"type": other}}
    elif step < _GONE:
        yield {
            "type": "section",
            "text": {"type": "plain_text", "text": f"{block['label']['text']}: {plainer.NO_FIELD}"},
        }


def left(kinds: Collection[str], plainness: Plainness) -> bool:
    """Whether anything of these kinds can still be left out."""
    return any(plainness.steps.get(kind, 0) < _GONE for kind in kinds)
