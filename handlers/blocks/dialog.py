"""Modals, and the fields people fill in. Limits from docs.slack.dev, "Modal views" and "Block Kit reference"."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.blocks.view import Block, View, plain
from handlers.words import labels
from handlers.words.text import cut

TITLE_LIMIT = 24
_OPTION_LIMIT = 75
_LABEL_LIMIT = 2000
# docs.slack.dev, "Plain-text input".
TEXT_LIMIT = 3000


@dataclass(frozen=True)
class How:
    """What a field may do: stay empty, carry a `hint` below it, and with `tells` say at once what is chosen.

    A field that tells sends a block_actions whose action id is the field's own name.
    """

    optional: bool = False
    hint: str = ""
    tells: bool = False


NEEDED = How()
MAY_BE_EMPTY = How(optional=True)


def dialog(kind: str, id_: str, title: str, submit: str, view: View) -> dict[str, Any]:
    """A modal with `view`'s blocks; `kind` says who takes it in, `id_` is opaque. Empty `submit`: only to look at."""
    body = {
        "type": "modal",
        "callback_id": kind,
        "private_metadata": id_,
        "title": plain(cut(title, TITLE_LIMIT)),
        "close": plain(labels.CANCEL if submit else labels.DONE),
        "blocks": view.blocks,
    }
    return body | {"submit": plain(submit)} if submit else body


def ticks(block_id: str, label: str, choices: Iterable[tuple[str, str]], ticked: Collection[str]) -> Block:
    """Boxes of (label, value), none of which must be ticked."""
    return _field(block_id, label, "checkboxes", choices, ticked)


def picks(
    block_id: str,
    label: str,
    placeholder: str,
    choices: Iterable[tuple[str, str]],
    picked: Collection[str],
    how: How = MAY_BE_EMPTY,
) -> Block:
    """A menu of (label, value) from which any number may be picked."""
    element = _field(block_id, label, "multi_static_select", choices, picked)["element"]
    return _input(block_id, label, element | {"placeholder": plain(placeholder)}, how)


def searched(block_id: str, label: str, placeholder: str, chosen: str = "", how: How = NEEDED) -> Block:
    """A menu whose choices are asked for while somebody types; the question names the field as its action."""
    element: Block = {"type": "external_select", "action_id": block_id, "min_query_length": 0}
    element["placeholder"] = plain(placeholder)
    first = {"initial_option": {"text": plain(cut(chosen, _OPTION_LIMIT)), "value": chosen}} if chosen else {}
    return _input(block_id, label, element | first, how)


def attachment(block_id: str, label: str, endings: Sequence[str], how: How = NEEDED) -> Block:
    """A field for one file."""
    element: Block = {"type": "file_input", "action_id": "chosen", "filetypes": list(endings), "max_files": 1}
    return _input(block_id, label, element, how)


def pick(
    block_id: str,
    label: str,
    choices: Iterable[tuple[str, str]],
    picked: str = "",
    how: How = NEEDED,
    placeholder: str = "",
) -> Block:
    """A menu of (label, value) from which one may be picked; `placeholder` stands there while none is."""
    options = [{"text": plain(cut(text, _OPTION_LIMIT)), "value": value} for text, value in choices]
    element: Block = {"type": "static_select", "action_id": "chosen", "options": options}
    element |= {"placeholder": plain(placeholder)} if placeholder else {}
    return _input(block_id, label, element | _initial("initial_option", options, picked), how)


def radios(block_id: str, label: str, choices: Iterable[tuple[str, str]], picked: str = "", how: How = NEEDED) -> Block:
    """A few choices of (label, value), all in sight."""
    options = [{"text": plain(cut(text, _OPTION_LIMIT)), "value": value} for text, value in choices]
    element: Block = {"type": "radio_buttons", "action_id": "chosen", "options": options}
    return _input(block_id, label, element | _initial("initial_option", options, picked), how)


def typed(
    block_id: str, label: str, text: str = "", *, lines: bool = False, most: int = TEXT_LIMIT, how: How = NEEDED
) -> Block:
    """A field for text of at most `most` characters; `lines` for several of them."""
    element: Block = {"type": "plain_text_input", "action_id": "chosen", "multiline": lines, "max_length": most}
    return _input(block_id, label, element | ({"initial_value": text} if text else {}), how)


def number(block_id: str, label: str, value: int | None, least: int, most: int, how: How = NEEDED) -> Block:
    """A field for a whole number."""
    element: Block = {"type": "number_input", "action_id": "chosen", "is_decimal_allowed": False}
    element |= {"min_value": str(least), "max_value": str(most)}
    return _input(block_id, label, element | ({"initial_value": str(value)} if value is not None else {}), how)


def people(block_id: str, label: str, chosen: Sequence[str] = (), how: How = NEEDED) -> Block:
    """A field for any number of people, by their ids."""
    element: Block = {"type": "multi_users_select", "action_id": "chosen"}
    return _input(block_id, label, element | ({"initial_users": list(chosen)} if chosen else {}), how)


def somebody(block_id: str, label: str, chosen: str = "", how: How = NEEDED) -> Block:
    """A field for one person."""
    element: Block = {"type": "users_select", "action_id": "chosen"}
    return _input(block_id, label, element | ({"initial_user": chosen} if chosen else {}), how)


def moment(block_id: str, label: str, at: datetime | None, how: How = NEEDED) -> Block:
    """A field for a day and time, in the reader's own zone."""
    element: Block = {"type": "datetimepicker", "action_id": "chosen"}
    return _input(block_id, label, element | ({"initial_date_time": int(at.timestamp())} if at else {}), how)


def _input(block_id: str, label: str, element: Block, how: How) -> Block:
    block: Block = {"type": "input", "block_id": block_id, "label": plain(cut(label, _LABEL_LIMIT))}
    if how.tells:
        element, block = element | {"action_id": block_id}, block | {"dispatch_action": True}
    hinted = {"hint": plain(cut(how.hint, _LABEL_LIMIT))} if how.hint else {}
    return block | {"optional": how.optional, "element": element} | hinted


def _initial(key: str, options: Sequence[Block], value: str) -> Block:
    chosen = next((option for option in options if option["value"] == value), None)
    return {key: chosen} if chosen else {}


def _field(block_id: str, label: str, kind: str, choices: Iterable[tuple[str, str]], chosen: Collection[str]) -> Block:
    options = [{"text": plain(cut(text, _OPTION_LIMIT)), "value": value} for text, value in choices]
    element: Block = {"type": kind, "action_id": "chosen", "options": options}
    if initial := [option for option in options if option["value"] in chosen]:
        element["initial_options"] = initial
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(cut(label, _LABEL_LIMIT)),
        "optional": True,
        "element": element,
    }
