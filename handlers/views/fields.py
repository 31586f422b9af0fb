"""Modals and their input fields. Limits are from docs.slack.dev, "Modal views" and "Block Kit reference"."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict, TypeVar, Unpack

from bot.domain.erasure import is_pseudonym
from handlers.text import labels
from handlers.text.format import truncate
from handlers.views.builder import Block, Choices, View, build_options, plain

K = TypeVar("K", bound=str)

TITLE_LIMIT = 24
_CONTINUED = "_continued"
_LABEL_LIMIT = 2000
# docs.slack.dev, "Plain-text input".
TEXT_LIMIT = 3000


class FieldOptions(TypedDict, total=False):
    """Options of a field: it may stay empty, show a `hint`, and dispatch each choice at once.

    A dispatching field sends block_actions with its block id as the action id.
    """

    optional: bool
    hint: str
    dispatch: bool


def build_modal(callback_id: str, private_metadata: str, title: str, submit: str, view: View) -> dict[str, Any]:
    """Build a modal of `view`'s blocks; an empty `submit` makes it read-only."""
    body = {
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": private_metadata,
        "title": plain(truncate(title, TITLE_LIMIT)),
        "close": plain(labels.CANCEL if submit else labels.DONE),
        "blocks": view.blocks,
    }
    return body | {"submit": plain(submit)} if submit else body


def choices_of(labels: Mapping[K, str]) -> list[tuple[str, str]]:
    """Return pairs of a label and its value."""
    return [(label, str(value)) for value, label in labels.items()]


def checkboxes(
    block_id: str, label: str, choices: Choices, selected: Collection[str], **options: Unpack[FieldOptions]
) -> Block:
    """Build checkboxes, optional by default."""
    element = _multiple_choice("checkboxes", choices, selected)
    return _input(block_id, label, element, {"optional": True, **options})


def multi_select(
    block_id: str,
    label: str,
    placeholder: str,
    choices: Choices,
    selected: Collection[str],
    **options: Unpack[FieldOptions],
) -> Block:
    """Build a menu with any number of choices, optional by default."""
    element = _multiple_choice("multi_static_select", choices, selected) | {"placeholder": plain(placeholder)}
    return _input(block_id, label, element, {"optional": True, **options})


def external_select(block_id: str, label: str, placeholder: str, selected: str = "") -> Block:
    """Build a menu whose options Slack requests while the user types; its action id is the block id."""
    element: Block = {"type": "external_select", "action_id": block_id, "min_query_length": 0}
    element["placeholder"] = plain(placeholder)
    element["initial_option"] = build_options([(selected, selected)])[0] if selected else None
    return _input(block_id, label, element)


def file_input(block_id: str, label: str, filetypes: Sequence[str]) -> Block:
    return _input(block_id, label, {"type": "file_input", "filetypes": list(filetypes), "max_files": 1})


def select(
    block_id: str,
    label: str,
    choices: Choices,
    selected: str = "",
    *,
    placeholder: str = "",
    **options: Unpack[FieldOptions],
) -> Block:
    """Build a menu with one choice."""
    element = _single_choice("static_select", choices, selected)
    element["placeholder"] = plain(placeholder) if placeholder else None
    return _input(block_id, label, element, options)


def radio_buttons(
    block_id: str, label: str, choices: Choices, selected: str = "", **options: Unpack[FieldOptions]
) -> Block:
    return _input(block_id, label, _single_choice("radio_buttons", choices, selected), options)


def text_input(
    block_id: str,
    label: str,
    text: str = "",
    *,
    multiline: bool = False,
    max_length: int = TEXT_LIMIT,
    **options: Unpack[FieldOptions],
) -> Block:
    """Build a text field of at most `max_length` characters."""
    element: Block = {"type": "plain_text_input", "multiline": multiline, "max_length": max_length}
    return _input(block_id, label, element | {"initial_value": text or None}, options)


def long_text_inputs(block_id: str, label: str, text: str = "", **options: Unpack[FieldOptions]) -> Iterator[Block]:
    """Build a text field, and a second one below it for what does not fit; `joined_text` reads both."""
    head, tail = split_text(text)
    if not tail:
        yield text_input(block_id, label, head, multiline=True, **options)
        return
    yield text_input(block_id, label, head, multiline=True)
    continued: FieldOptions = {**options, "optional": True}
    yield text_input(_continuation_id(block_id), labels.continued(label), tail, multiline=True, **continued)


def joined_text(values: Mapping[str, Sequence[str]], block_id: str) -> str:
    """Return the text that a user submitted in a field and its continuation."""
    head, tail = ("".join(values.get(field, ())) for field in (block_id, _continuation_id(block_id)))
    is_separated = not tail or not head or head[-1].isspace() or tail[0].isspace()
    return head + tail if is_separated else f"{head} {tail}"


def is_continuation(block_id: str) -> bool:
    """Tell whether the field continues another one."""
    return block_id.endswith(_CONTINUED)


def _continuation_id(block_id: str) -> str:
    return f"{block_id}{_CONTINUED}"


def split_text(text: str) -> tuple[str, str]:
    """Split text that is longer than one field, after a line break or a blank where there is one."""
    if len(text) <= TEXT_LIMIT:
        return text, ""
    earliest = TEXT_LIMIT * 2 // 3
    for separator in ("\n", " "):
        if (cut := text.rfind(separator, earliest, TEXT_LIMIT)) != -1:
            return text[: cut + 1], text[cut + 1 :]
    return text[:TEXT_LIMIT], text[TEXT_LIMIT:]


def number_input(
    block_id: str, label: str, value: int | None, min_value: int, max_value: int, **options: Unpack[FieldOptions]
) -> Block:
    """Build a field for an integer."""
    element: Block = {"type": "number_input", "is_decimal_allowed": False}
    element |= {"min_value": str(min_value), "max_value": str(max_value)}
    element["initial_value"] = None if value is None else str(value)
    return _input(block_id, label, element, options)


def users_select(block_id: str, label: str, selected: Sequence[str] = (), **options: Unpack[FieldOptions]) -> Block:
    """Build a field for any number of users; `selected` are their ids, of which Slack knows no pseudonym."""
    known = [user for user in selected if not is_pseudonym(user)]
    return _input(block_id, label, {"type": "multi_users_select", "initial_users": known or None}, options)


def user_select(block_id: str, label: str, selected: str = "", **options: Unpack[FieldOptions]) -> Block:
    """Build a field for one user; Slack knows no pseudonym."""
    known = None if is_pseudonym(selected) else selected or None
    return _input(block_id, label, {"type": "users_select", "initial_user": known}, options)


def conversation_select(block_id: str, label: str, placeholder: str) -> Block:
    """Build a field for one channel or group message; direct messages with bots are left out."""
    element: Block = {"type": "conversations_select", "placeholder": plain(placeholder)}
    element["filter"] = {"include": ["public", "private", "mpim"], "exclude_bot_users": True}
    return _input(block_id, label, element)


def datetime_picker(block_id: str, label: str, at: datetime | None, **options: Unpack[FieldOptions]) -> Block:
    """Build a field for a date and time in the reader's time zone."""
    initial = int(at.timestamp()) if at else None
    return _input(block_id, label, {"type": "datetimepicker", "initial_date_time": initial}, options)


def _input(block_id: str, label: str, element: Block, options: FieldOptions | None = None) -> Block:
    """Build an input of the element's parts that are not None."""
    options = options or {}
    is_dispatching, hint = options.get("dispatch", False), options.get("hint", "")
    block: Block = {"type": "input", "block_id": block_id, "label": plain(truncate(label, _LABEL_LIMIT))}
    block["optional"] = options.get("optional", False)
    parts = {key: part for key, part in element.items() if part is not None}
    block["element"] = {"action_id": block_id if is_dispatching else "chosen"} | parts
    if is_dispatching:
        block["dispatch_action"] = True
    if hint:
        block["hint"] = plain(truncate(hint, _LABEL_LIMIT))
    return block


def _single_choice(element_type: str, choices: Choices, selected: str) -> Block:
    element = _multiple_choice(element_type, choices, [selected])
    return element | {"initial_options": None, "initial_option": next(iter(element["initial_options"] or ()), None)}


def _multiple_choice(element_type: str, choices: Choices, selected: Collection[str]) -> Block:
    options = build_options(choices)
    initial = [option for option in options if option["value"] in selected]
    return {"type": element_type, "options": options, "initial_options": initial or None}
