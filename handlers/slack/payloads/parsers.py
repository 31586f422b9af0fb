"""Parsers of Slack's payloads (docs.slack.dev, "Interaction payloads" and "Events"); no other module indexes a payload.

Each raises BadPayload for a payload that lacks a required part or has an unexpected value there.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import islice

from bot.domain.ids import ChannelRef
from handlers.slack.markup import decode_mentions
from handlers.slack.payloads.installation import installation_id_of, installation_team
from handlers.slack.payloads.message_words import attached_words, message_words, own_words
from handlers.slack.payloads.scalars import (
    parse_id,
    parse_optional_id,
    parse_optional_text,
    parse_text,
    parse_ts,
    parses_payload,
)
from handlers.slack.payloads.values import (
    AccessGranted,
    AppRemoval,
    BadPayload,
    ButtonPress,
    ChannelIdChange,
    FormSubmission,
    HomeOpened,
    MentionEvent,
    MessageShortcut,
    OptionsQuery,
    Payload,
    ReactionEvent,
    SlashCommand,
    ViewAction,
)

_EMOJI_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
_MENTION = re.compile(r"<@[UW][A-Z0-9]+(\|[^<>]*)?>")
# The keys that Bolt reads before it chooses a listener, and the objects they are in.
_TEXT_KEYS = (
    "type", "subtype", "id", "team_id", "user_id", "channel_id", "enterprise_id", "command", "callback_id", "action_id",
    "trigger_id", "event_id", "thread_ts", "bot_id",
)  # fmt: skip
_NESTED_KEYS = ("team", "enterprise", "user", "channel", "container", "view", "event", "message")
_URL = re.compile(r"https?://[!-~]{1,2000}")
# As many fields as a modal has blocks; more values than any menu of ours lets a user choose.
_MAX_FIELDS, _MAX_SELECTED = 100, 200


@parses_payload
def command_from(body: Payload) -> SlashCommand:
    place = ChannelRef(installation_team(body), parse_id(body["channel_id"]))
    line, mentions = decode_mentions(parse_optional_text(body.get("text")))
    return SlashCommand(place, parse_id(body["user_id"]), line, parse_id(body["trigger_id"]), mentions)


@parses_payload
def press_from(body: Payload) -> ButtonPress:
    """Parse the only action of a block_actions payload from a message."""
    action, container = body["actions"][0], body["container"]
    value = action["selected_option"]["value"] if action.get("selected_option") else action["value"]
    if not (ids := tuple(parse_id(value).split())):
        raise BadPayload("press without an id")
    message_ts = parse_id(container["message_ts"])
    return ButtonPress(
        ChannelRef(installation_team(body), parse_id(container["channel_id"])),
        parse_id(body["user"]["id"]),
        parse_id(action["action_id"]),
        ids,
        parse_ts(action["action_ts"]),
        message_ts,
        _thread_ts(container.get("thread_ts"), message_ts),
        bool(container.get("is_ephemeral")),
        parse_optional_id(body.get("trigger_id")),
    )


@parses_payload
def submission_from(body: Payload) -> FormSubmission:
    """Parse a view_submission; it has a workspace and no conversation."""
    view = body["view"]
    values = view["state"]["values"]
    if len(values) > _MAX_FIELDS:
        raise BadPayload(f"{len(values)} fields")
    values_by_field = {
        field: tuple(t for entry in entries.values() for t in _field_values(entry)) for field, entries in values.items()
    }
    person, metadata = parse_id(body["user"]["id"]), parse_optional_text(view.get("private_metadata"))
    return FormSubmission(
        ChannelRef(installation_team(body), ""),
        person,
        metadata,
        values_by_field,
        parse_optional_id(body.get("trigger_id")),
        parse_optional_id(view.get("id")),
    )


@parses_payload
def view_action_from(body: Payload) -> ViewAction:
    """Parse the only action of a block_actions payload from a view."""
    action, view = body["actions"][0], body["view"]
    value = next(iter(_field_values(action)), "")
    event_ts_us = parse_ts(action.get("action_ts") or "0")
    form, view_hash = submission_from(body), parse_optional_id(view.get("hash"))
    view_id, is_modal = parse_id(view["id"]), view.get("type") != "home"
    return ViewAction(form, parse_id(action["action_id"]), value, view_id, view_hash, event_ts_us, is_modal)


@parses_payload
def options_query_from(body: Payload) -> OptionsQuery:
    """Parse a block_suggestion from a view."""
    metadata, place = parse_optional_text(body["view"].get("private_metadata")), ChannelRef(installation_team(body), "")
    return OptionsQuery(
        place,
        parse_id(body["user"]["id"]),
        metadata,
        parse_id(body["action_id"]),
        parse_optional_text(body.get("value")),
    )


@parses_payload
def shortcut_from(body: Payload) -> MessageShortcut:
    """Parse a message_action."""
    message = body["message"]
    place = ChannelRef(installation_team(body), parse_id(body["channel"]["id"]))
    thread_ts = _thread_ts(message.get("thread_ts"), parse_id(message["ts"]))
    return MessageShortcut(
        place,
        parse_id(body["user"]["id"]),
        parse_optional_text(message_words(message)),
        thread_ts,
        parse_id(body["trigger_id"]),
    )


@parses_payload
def reaction_from(body: Payload) -> ReactionEvent | None:
    """Parse a number reaction on a message, without its skin tone after `::`; None for any other reaction."""
    event = body["event"]
    item = event["item"]
    number = number_from_emoji(event["reaction"])
    if item["type"] != "message" or number is None:
        return None
    place = ChannelRef(installation_team(body), parse_id(item["channel"]))
    is_added = event["type"] == "reaction_added"
    return ReactionEvent(
        place, parse_id(event["user"]), parse_id(item["ts"]), number, is_added, parse_ts(event["event_ts"])
    )


@parses_payload
def mention_from(body: Payload) -> MentionEvent:
    """Parse a mention by a person, by another bot, or by a workflow, which may have no user."""
    event = body["event"]
    own, attached = own_words(event), attached_words(event)
    is_bot = bool(event.get("bot_id") or event.get("bot_profile") or event.get("subtype") == "bot_message")
    text, mentions = _mention_words(body, own)
    attached_text, attached_mentions = _mention_words(body, attached) if attached else ("", {})
    message_ts = parse_id(event.get("ts") or event["event_ts"])
    return MentionEvent(
        ChannelRef(installation_team(body), parse_id(event["channel"])),
        _bot_author(event) if is_bot else parse_id(event["user"]),
        text,
        parse_optional_id(event.get("thread_ts")) or None,
        parse_id(body.get("event_id") or message_ts),
        {**attached_mentions, **mentions},
        message_ts,
        attached_text,
        is_bot,
    )


@parses_payload
def home_opened_from(body: Payload) -> HomeOpened | None:
    """Parse an app_home_opened event; None for the messages tab."""
    event = body["event"]
    if event.get("tab", "home") != "home":
        return None
    return HomeOpened(installation_team(body), parse_id(event["user"]))


@parses_payload
def channel_id_change_from(body: Payload) -> ChannelIdChange:
    event = body["event"]
    place = ChannelRef(installation_team(body), parse_id(event["old_channel_id"]))
    return ChannelIdChange(place, parse_id(event["new_channel_id"]))


@parses_payload
def removal_from(body: Payload) -> AppRemoval | None:
    """Return None where only tokens of users were revoked; the bot has none of them."""
    event = body["event"]
    if event["type"] == "tokens_revoked" and not event["tokens"].get("bot"):
        return None
    is_access = event["type"] == "team_access_revoked"
    ids = tuple(map(parse_id, event["team_ids"])) if is_access else (installation_id_of(body),)
    return AppRemoval(ids, datetime.fromtimestamp(int(body["event_time"]), UTC))


@parses_payload
def access_granted_from(body: Payload) -> AccessGranted:
    """Parse `team_access_granted`, which names the organization beside the event."""
    return AccessGranted(tuple(map(parse_id, body["event"]["team_ids"])), parse_id(body["enterprise_id"]))


@parses_payload
def bot_user_id(body: Payload) -> str:
    """Return the bot user that an event is delivered to; empty without `authorizations`."""
    authorizations = body.get("authorizations") or [{}]
    team = installation_team(body)
    chosen = next((each for each in authorizations if each.get("team_id") == team), authorizations[0])
    return str(chosen.get("user_id") or "")


def _mention_words(body: Payload, text: str) -> tuple[str, Mapping[str, str]]:
    """Return the words without the bot's mention on one line, and the user ids by the names after @ in them."""
    plain, mentions = decode_mentions(_without_bot_mention(bot_user_id(body), parse_optional_text(text)))
    return " ".join(plain.split()), mentions


def _bot_author(event: Payload) -> str:
    """Return the id of the bot's user, of the bot, or of its app; a workflow has no user."""
    profile = event.get("bot_profile") or {}
    return parse_id(event.get("user") or event.get("bot_id") or profile.get("id") or event.get("app_id") or "workflow")


def _without_bot_mention(bot_id: str, text: str) -> str:
    """Remove the bot's mentions; where the bot's id is unknown, the first mention of any user."""
    if not bot_id:
        return _MENTION.sub(" ", text, count=1)
    return _MENTION.sub(lambda token: " " if token[0].startswith((f"<@{bot_id}>", f"<@{bot_id}|")) else token[0], text)


@parses_payload
def validate_envelope(body: Payload) -> None:
    """Raise BadPayload where Bolt itself would fail: it reads these parts before it calls a listener."""
    for part in (body, *(nested for name in _NESTED_KEYS if (nested := body.get(name)) is not None)):
        for name in _TEXT_KEYS:
            if not isinstance(part.get(name, ""), str | None):
                raise BadPayload(f"{name} is not text")
    kind = str(body.get("type"))
    if "event" in body or kind == "event_callback":
        parse_id(body["event"]["type"])
    if body.get("view") is not None or kind.startswith("view_"):
        parse_id(body["view"]["type"])
    for name in ("actions", "authorizations", "response_urls"):
        if not all(isinstance(each, dict) for each in body.get(name) or ()):
            raise BadPayload(f"{name} has an item that is no object")
    if "actions" in body and not body["actions"]:
        raise BadPayload("press without an action")
    for action in body.get("actions", ()):
        parse_id(action["action_id"])
        parse_optional_id(action.get("block_id"))
    if (url := body.get("response_url")) not in (None, "") and not _URL.fullmatch(url):
        raise BadPayload("response_url is not a URL")


def number_from_emoji(emoji: str) -> int | None:
    """Return the candidate number of an emoji name."""
    return _EMOJI_NUMBERS.get(emoji.split("::")[0])


def emoji_for_number(number: int) -> str:
    """Return the emoji name of a candidate number."""
    return next(name for name, n in _EMOJI_NUMBERS.items() if n == number)


def _field_values(entry: Payload) -> tuple[str, ...]:
    """Return the values of one field of any kind (docs.slack.dev, "View submission payloads" and "Block elements")."""
    if option := entry.get("selected_option"):
        return (parse_text(option["value"]),)
    for key in ("selected_options", "files"):
        if entry.get(key):
            return _bounded(parse_text(each.get("value") or each.get("id")) for each in entry[key])
    for key in ("selected_users", "selected_conversations"):
        if entry.get(key):
            return _bounded(parse_id(each) for each in entry[key])
    for single_key in ("selected_user", "selected_conversation", "selected_date_time", "value"):
        if (value := entry.get(single_key)) is not None:
            return (str(value) if type(value) is int else parse_optional_text(value),)
    return ()


def _bounded(values: Iterable[str]) -> tuple[str, ...]:
    bounded = tuple(islice(values, _MAX_SELECTED + 1))
    if len(bounded) > _MAX_SELECTED:
        raise BadPayload("too many values")
    return bounded


def _thread_ts(thread_ts: object, message_ts: str) -> str | None:
    """Return the thread that a message replies to; a thread's first message names itself and is no reply."""
    parent_ts = parse_optional_id(thread_ts)
    return parent_ts if parent_ts and parent_ts != message_ts else None
