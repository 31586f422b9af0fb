"""Slack's limits for views (docs.slack.dev, "Block Kit reference")."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from handlers.views.builder import View

_MAX_TEXT_LENGTH = {"header": 150, "button": 75, "section": 3000, "context": 3000}
_FILE_ID = re.compile(r"F[A-Z0-9]{8,}")


def limit_problems(view: View, max_blocks: int = 50, max_text: int | None = 8_000) -> list[str]:
    """Return what Slack would reject or truncate; empty if the view is valid."""
    found = [] if view.text and len(view.text) < 4_000 else ["fallback text is missing or too long"]
    if len(view.blocks) > max_blocks:
        found.append(f"{len(view.blocks)} blocks")
    total = sum(len(str(part.get("text", ""))) for part in iter_objects(view) if isinstance(part.get("text"), str))
    if max_text and total > max_text:
        found.append(f"{total} characters in total")
    for block in view.blocks:
        found += _block_problems(block)
    for part in iter_objects(view):
        found += _object_problems(part)
    return found


def iter_objects(view: View) -> Iterator[dict[str, Any]]:
    """Yield every dict of every block, outer ones first."""
    pending: list[Any] = list(view.blocks)
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            yield part
            pending += part.values()
        elif isinstance(part, list | tuple):
            pending += part


def _block_problems(block: dict[str, Any]) -> list[str]:
    kind = block["type"]
    found = []
    if kind in _MAX_TEXT_LENGTH and isinstance(block.get("text"), dict):
        length = len(block["text"]["text"])
        if not 0 < length <= _MAX_TEXT_LENGTH[kind]:
            found.append(f"{kind} of {length} characters")
    if kind == "actions":
        if not 0 < len(block["elements"]) <= 25:
            found.append(f"{len(block['elements'])} actions")
        duplicates = [
            a for a, occurrences in Counter(e["action_id"] for e in block["elements"]).items() if occurrences > 1
        ]
        found += [f"action {action} twice" for action in duplicates]
    if kind == "context":
        found += [f"context of {len(e['text'])}" for e in block["elements"] if not 0 < len(e["text"]) <= 3000]
    return found


def _object_problems(part: dict[str, Any]) -> list[str]:
    kind = part.get("type")
    found = []
    if kind == "button":
        found += [f"button of {len(part['text']['text'])}"] if not 0 < len(part["text"]["text"]) <= 75 else []
        found += ["button value"] if not 0 < len(part["value"]) <= 2000 else []
        found += ["accessibility label"] if len(part.get("accessibility_label", "")) > 75 else []
    if kind == "static_select":
        found += ["options"] if not 0 < len(part["options"]) <= 100 else []
        found += (
            ["option"] if any(len(o["text"]["text"]) > 75 or len(o["value"]) > 150 for o in part["options"]) else []
        )
    if kind == "image":
        found += ["alt text"] if not 0 < len(part["alt_text"]) <= 2000 else []
        found += ["file id"] if not _FILE_ID.fullmatch(part["slack_file"]["id"]) else []
    if "confirm" in part and isinstance(part["confirm"], dict) and "title" in part["confirm"]:
        max_lengths = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
        found += [
            f"confirm {k}" for k, limit in max_lengths.items() if not 0 < len(part["confirm"][k]["text"]) <= limit
        ]
    return found
