"""What a message consists of, checked as Slack checks it."""

from functools import partial

from playground.slack import files
from playground.slack.arguments import Arguments
from playground.slack.errors import SlackError
from playground.slack.ids import short_id
from playground.slack.inputs import CLICKABLE
from playground.slack.store import Json
from playground.slack.validator import check_message, refused, weight
from playground.slack.world import World

# docs.slack.dev, "chat.postMessage": text is cut at 40,000 characters; "chat.update" refuses more than 4,000.
LONGEST_TEXT = 40_000
LONGEST_UPDATE = 4_000
# Documented for markdown alone; slackapi/bolt-js issue 2509 tells that it holds for all blocks together.
LONGEST_BLOCKS = 12_000
_MOST_ATTACHMENTS = 100
_NO_FALLBACK = "This content can't be displayed."


def read_content(world: World, team: str, arguments: Arguments, too_long: str = "msg_blocks_too_long") -> Json:
    """The text, blocks, attachments and metadata of a workspace's new message; `too_long` is the method's word."""
    blocks = _blocks(arguments)
    attachments = arguments.nested("attachments", "invalid_attachments")
    if not blocks and not attachments and "text" not in arguments:
        raise SlackError("no_text")
    if attachments and len(attachments) > _MOST_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    content: Json = {"text": arguments.text("text", _NO_FALLBACK)[:LONGEST_TEXT]}
    if blocks:
        problems = check_message(blocks, partial(files.usable_in_blocks, world, team))
        problems += refused(blocks, world.settings.refused_blocks, "/blocks")
        if problems:
            raise SlackError("invalid_blocks", problems)
        if weight(blocks) > LONGEST_BLOCKS:
            raise SlackError(too_long)
        content["blocks"] = [named(block) for block in blocks]
    if attachments:
        content["attachments"] = attachments
    return content | _metadata(arguments)


def named(block: Json) -> Json:
    """A block as Slack gives it back: with a block_id, and action_ids on all that can be clicked."""
    return {**_completed(block), "block_id": block.get("block_id") or short_id()}


def _completed(part: Json) -> Json:
    done = {name: _completed_value(value) for name, value in part.items()}
    if part.get("type") == "card":
        done["block_id"] = part.get("block_id") or short_id()
    if part.get("type") == "plain_text":
        done.setdefault("emoji", True)
    if part.get("type") == "mrkdwn":
        done.setdefault("verbatim", False)
    if str(part.get("type")) in CLICKABLE:
        done["action_id"] = part.get("action_id") or short_id()
    return done


def _completed_value(value: object) -> object:
    if isinstance(value, dict):
        return _completed(value)
    return [_completed_value(item) for item in value] if isinstance(value, list) else value


def _blocks(arguments: Arguments) -> list[Json]:
    if "markdown_text" in arguments:
        if "text" in arguments or "blocks" in arguments:
            raise SlackError("markdown_text_conflict")
        return [{"type": "markdown", "text": arguments.text("markdown_text")}]
    blocks = arguments.nested("blocks", "invalid_blocks_format")
    if blocks and not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    return blocks or []


def _metadata(arguments: Arguments) -> Json:
    metadata = arguments.nested("metadata", "invalid_metadata_format")
    if not metadata:
        return {}
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata.get("event_type"), str):
        raise SlackError("invalid_metadata_format")
    return {"metadata": {name: metadata[name] for name in ("event_type", "event_payload")}}
