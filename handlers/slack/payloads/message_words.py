"""The words of a message in Slack's markup, also those that are not in its `text`.

A shared or forwarded message is an attachment with `is_share` or `is_msg_unfurl`; its words are in its `text`, or in
the blocks of its `message_blocks`. Older integrations write into fields of attachments, and apps send blocks alone
(docs.slack.dev, "Secondary message attachments" and "Blocks"). Parts of an unexpected form are left out.
"""

import re
from collections.abc import Iterator
from itertools import islice

from handlers.slack.payloads.values import Payload

# Slack allows 100 attachments and 50 blocks; a shared message can contain another one.
_MAX_DEPTH = 8
_MAX_ITEMS = 1_000
_MAX_LENGTH = 40_000
_USER_ID = re.compile(r"[UW][A-Z0-9]{1,30}")
_CHANNEL_ID = re.compile(r"[CGD][A-Z0-9]{1,30}")
# Blocks and elements without words of the author.
_WORDLESS = frozenset({"actions", "input", "context_actions", "image", "file", "divider"})
_RICH_TEXT_LINES = frozenset({"rich_text_section", "rich_text_quote", "rich_text_preformatted"})
# Where blocks keep text objects and further blocks, in the order in which Slack shows them.
_CHILDREN = ("title", "subtitle", "text", "body", "description", "fields", "elements", "rows", "cards", "child_blocks")


def own_words(message: Payload) -> str:
    """Return what the author wrote; for an app's message its blocks, which Slack shows in place of the text."""
    text = _string(message.get("text")).strip()
    blocks = _blocks(message.get("blocks"), 0) if message.get("bot_id") or not text else ""
    return (blocks or text)[:_MAX_LENGTH]


def attached_words(message: Payload) -> str:
    """Return the words of the attachments in order, without previews of links."""
    return _lines(_attachments(message.get("attachments"), 0))[:_MAX_LENGTH]


def message_words(message: Payload) -> str:
    """Return all words of a message: its own, then the attached ones."""
    return _lines((own_words(message), attached_words(message)))[:_MAX_LENGTH]


def _attachments(value: object, depth: int) -> Iterator[str]:
    if depth < _MAX_DEPTH:
        for attachment in _objects(value):
            if not _is_link_preview(attachment):
                yield _attachment(attachment, depth)


def _is_link_preview(attachment: Payload) -> bool:
    is_message = attachment.get("is_share") or attachment.get("is_msg_unfurl")
    return not is_message and bool(attachment.get("original_url") or attachment.get("is_app_unfurl"))


def _attachment(attachment: Payload, depth: int) -> str:
    """Return the words of an attachment, then those of nested ones; the fallback where there is nothing else."""
    before = [_string(attachment.get(name)).strip() for name in ("pretext", "title")]
    content = [
        _string(attachment.get("text")).strip(),
        *(_field(field) for field in _objects(attachment.get("fields"))),
    ]
    if not any(content):
        content = [_blocks(attachment.get("blocks"), 0), *_shared_messages(attachment, depth)]
    nested = _attachments(attachment.get("attachments"), depth + 1)
    return _lines((*before, *content, *nested)) or _string(attachment.get("fallback")).strip()


def _field(field: Payload) -> str:
    title, value = _string(field.get("title")).strip(), _string(field.get("value")).strip()
    return f"{title}: {value}" if title and value else title or value


def _shared_messages(attachment: Payload, depth: int) -> Iterator[str]:
    """Return the words of `message_blocks`: `[{"message": {"blocks": [...]}}]`."""
    for entry in _objects(attachment.get("message_blocks")):
        if isinstance(message := entry.get("message"), dict):
            yield own_words(message)
            yield from _attachments(message.get("attachments"), depth + 1)


def _blocks(value: object, depth: int) -> str:
    """Return the words of blocks, elements or text objects, one on each line."""
    items = value if isinstance(value, list) else [value]
    return _lines(_block(item, depth) for item in items[:_MAX_ITEMS])


def _block(block: object, depth: int) -> str:
    if isinstance(block, list):
        return _blocks(block, depth + 1) if depth < _MAX_DEPTH else ""
    if not isinstance(block, dict) or depth >= _MAX_DEPTH or (kind := _string(block.get("type"))) in _WORDLESS:
        return ""
    if kind in _RICH_TEXT_LINES:
        return "".join(_inline(element) for element in _objects(block.get("elements"))).strip()
    if isinstance(text := block.get("text"), str):
        return (text if kind == "mrkdwn" else _escape(text)).strip()
    return _lines(_blocks(block.get(name), depth + 1) for name in _CHILDREN if name in block)


def _inline(element: Payload) -> str:
    """Return an element of a line of rich text in Slack's markup."""
    match _string(element.get("type")):
        case "text" | "link":
            return _escape(_string(element.get("text")) or _string(element.get("url")))
        case "user":
            return f"<@{_id(_USER_ID, element.get('user_id'))}>"
        case "channel":
            return f"<#{_id(_CHANNEL_ID, element.get('channel_id'))}>"
        case "broadcast":
            return f"@{_escape(_string(element.get('range')))}"
        case "emoji":
            return f":{_escape(_string(element.get('name')))}:"
        case "date":
            return _escape(_string(element.get("fallback")))
    return ""


def _id(pattern: re.Pattern[str], value: object) -> str:
    return value if isinstance(value, str) and pattern.fullmatch(value) else ""


def _lines(pieces: Iterator[str] | tuple[str, ...]) -> str:
    return "\n".join(filter(None, pieces))


def _escape(text: str) -> str:
    """Escape plain text, as it is in Slack's markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _string(value: object) -> str:
    return value[:_MAX_LENGTH] if isinstance(value, str) else ""


def _objects(value: object) -> Iterator[Payload]:
    if isinstance(value, list):
        yield from (item for item in islice(value, _MAX_ITEMS) if isinstance(item, dict))
