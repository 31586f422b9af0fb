"""The content of a message, checked as Slack does."""

from functools import partial

from playground.slack.block_kit.elements import INTERACTIVE_TYPES
from playground.slack.block_kit.validator import blocks_length, check_message, check_refused
from playground.slack.core.errors import SlackError
from playground.slack.core.ids import short_id
from playground.slack.core.store import Json
from playground.slack.workspace import files
from playground.slack.workspace.arguments import Arguments
from playground.slack.workspace.workspace import Workspace

# docs.slack.dev: "chat.postMessage" cuts text at 40,000 characters; "chat.update" refuses more than 4,000.
MAX_TEXT_LENGTH = 40_000
MAX_UPDATE_LENGTH = 4_000
# Documented for markdown only; slackapi/bolt-js issue 2509 reports it for all blocks together.
MAX_BLOCKS_LENGTH = 12_000
_MAX_ATTACHMENTS = 100
_FALLBACK_TEXT = "This content can't be displayed."


def read_content(
    workspace: Workspace, team: str, arguments: Arguments, too_long_code: str = "msg_blocks_too_long"
) -> Json:
    """Read text, blocks, attachments and metadata of a new message; `too_long` is the method's error code."""
    blocks = _blocks(arguments)
    attachments = arguments.json_value("attachments", "invalid_attachments")
    if not blocks and not attachments and "text" not in arguments:
        raise SlackError("no_text")
    if attachments and len(attachments) > _MAX_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    content: Json = {"text": arguments.text("text", _FALLBACK_TEXT)[:MAX_TEXT_LENGTH]}
    if blocks:
        problems = check_message(blocks, partial(files.is_usable_in_blocks, workspace, team))
        problems += check_refused(blocks, workspace.settings.refused_blocks, "/blocks")
        if problems:
            raise SlackError("invalid_blocks", problems)
        if blocks_length(blocks) > MAX_BLOCKS_LENGTH:
            raise SlackError(too_long_code)
        content["blocks"] = [with_ids(block) for block in blocks]
    if attachments:
        content["attachments"] = attachments
    return content | _metadata(arguments)


def with_ids(block: Json) -> Json:
    """Return a block as Slack returns it, with a block_id and action_ids."""
    return {**_fill_defaults(block), "block_id": block.get("block_id") or short_id()}


def _fill_defaults(part: Json) -> Json:
    completed = {name: _fill_nested_defaults(value) for name, value in part.items()}
    if part.get("type") == "card":
        completed["block_id"] = part.get("block_id") or short_id()
    if part.get("type") == "plain_text":
        completed.setdefault("emoji", True)
    if part.get("type") == "mrkdwn":
        completed.setdefault("verbatim", False)
    if str(part.get("type")) in INTERACTIVE_TYPES:
        completed["action_id"] = part.get("action_id") or short_id()
    return completed


def _fill_nested_defaults(value: object) -> object:
    if isinstance(value, dict):
        return _fill_defaults(value)
    return [_fill_nested_defaults(item) for item in value] if isinstance(value, list) else value


def _blocks(arguments: Arguments) -> list[Json]:
    if "markdown_text" in arguments:
        if "text" in arguments or "blocks" in arguments:
            raise SlackError("markdown_text_conflict")
        return [{"type": "markdown", "text": arguments.text("markdown_text")}]
    blocks = arguments.json_value("blocks", "invalid_blocks_format")
    if blocks and not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    return blocks or []


def _metadata(arguments: Arguments) -> Json:
    metadata = arguments.json_value("metadata", "invalid_metadata_format")
    if not metadata:
        return {}
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata.get("event_type"), str):
        raise SlackError("invalid_metadata_format")
    return {"metadata": {name: metadata[name] for name in ("event_type", "event_payload")}}
