"""Modals, and the fields people fill in. Limits from docs.slack.dev, "Modal views" and "Block Kit reference"."""

from collections.abc import Collection, Iterable
from typing import Any

from handlers.blocks.view import Block, View, plain
from handlers.words import labels
from handlers.words.text import cut

TITLE_LIMIT = 24
_OPTION_LIMIT = 75
_LABEL_LIMIT = 2000


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
    block_id: str, label: str, placeholder: str, choices: Iterable[tuple[str, str]], picked: Collection[str]
) -> Block:
    """A menu of (label, value) from which any number may be picked."""
    block = _field(block_id, label, "multi_static_select", choices, picked)
    block["element"]["placeholder"] = plain(placeholder)
    return block


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
