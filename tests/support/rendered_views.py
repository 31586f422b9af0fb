"""What a user can read and press in a view."""

import json
from typing import Any

from handlers.views.builder import View
from tests.support.slack_limits import iter_objects


def visible_text(view: View) -> str:
    """Join all text of the blocks, in order."""
    texts: list[str] = []

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            if isinstance(part.get("text"), str):
                texts.append(part["text"])
            for value in part.values():
                walk(value)
        elif isinstance(part, list | tuple):
            for value in part:
                walk(value)

    walk(view.blocks)
    return "\n".join(texts)


def actions_by_id(view: View) -> dict[str, dict[str, Any]]:
    return {part["action_id"]: part for part in iter_objects(view) if "action_id" in part}


def blocks_json(view: View) -> str:
    return json.dumps(view.blocks, ensure_ascii=False)


def action_ids(view: View) -> list[str]:
    return [e["action_id"] for block in view.blocks if block["type"] == "actions" for e in block["elements"]]
