"""What a user can read and press in a view."""

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
