"""What Slack sends, as values; the only place that indexes payloads. Shapes from docs.slack.dev, "Interaction payloads"
and "Events". A payload without what it must have, or with something else there, raises BadPayload.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import wraps
from itertools import islice
from typing import Any, ParamSpec, TypeVar

from bot.domain.ids import ChannelRef
from handlers.slack.markup import decode_mentions

P = ParamSpec("P")
R = TypeVar("R")

Payload = Mapping[str, Any]

_EMOJI_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
_MENTION = re.compile(r"<@[UW][A-Z0-9]+(\|[^>]*)?>")
_MICROSECONDS = 1_000_000
# The longest that Slack lets an id of ours be: a button's value. A text: what is kept with a view, or typed into it.
_ID = re.compile(r"[ -~]{1,2000}")
_TEXT_LIMIT = 3_000
# No database takes either in a text.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# What Bolt chooses listeners, workspaces and ways back by, and where it stands.
_TEXT_KEYS = (
    "type", "subtype", "id", "team_id", "user_id", "channel_id", "enterprise_id", "command", "callback_id", "action_id",
    "trigger_id", "event_id", "thread_ts", "bot_id",
)  # fmt: skip
_NESTED_KEYS = ("team", "enterprise", "user", "channel", "container", "view", "event", "message")
_URL = re.compile(r"https?://[!-~]{1,2000}")
_NUMBER = re.compile(r"[0-9]{1,11}")
_PRICE = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_TS = re.compile(r"([0-9]{1,11})(?:\.([0-9]{1,9}))?")
# As many fields as a modal has blocks, and more in one than any menu lets be chosen.
_MAX_FIELDS, _MAX_SELECTED = 100, 200
# In front of the action id of a button that stands for one line of a menu: `menu:2:decide`.
MENU_PREFIX = "menu:"


class BadPayload(ValueError):
    """Slack sent something without the parts its documentation promises."""


@dataclass(frozen=True)
class SlashCommand:
    """A `/cast` line as typed; `trigger` is the same when Slack delivers it again.

    `people` are those named with @ in it: the name as it reads there, and whose id that is.
    """

    place: ChannelRef
    person: str
    line: str
    trigger_id: str
    mentions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ButtonPress:
    """A press on a button or a choice in a menu: its opaque ids, when (µs), and the message it stands on.

    `opener` lets a modal be opened, once, within three seconds.
    """

    place: ChannelRef
    person: str
    action_id: str
    ids: tuple[str, ...]
    event_ts_us: int
    message_ts: str
    thread_ts: str | None
    is_ephemeral: bool
    trigger_id: str = ""

    @property
    def id(self) -> str:
        return self.ids[0]

    def expect_ids(self, count: int) -> tuple[str, ...]:
        """Its ids, where they are so many; raises BadPayload."""
        if len(self.ids) != count:
            raise BadPayload(f"{len(self.ids)} ids, not {count}")
        return self.ids

    @property
    def idempotency_key(self) -> str:
        """The same for every press on this button of this message, so that pressing twice asks once."""
        return f"{self.place.channel}:{self.message_ts}:{self.id}"


@dataclass(frozen=True)
class FormSubmission:
    """A modal sent in: the opaque id it carried, and by field's name what was ticked, picked or typed there.

    A moment is told in seconds since 1970, a file by its id, a person by theirs; an empty field is an empty tuple.
    """

    place: ChannelRef
    person: str
    id: str
    values: Mapping[str, tuple[str, ...]]
    trigger_id: str = ""
    view_id: str = ""

    def expect_ids(self, count: int) -> tuple[str, ...]:
        """The ids it carried, where they are so many; raises BadPayload."""
        if len(ids := tuple(self.id.split())) != count:
            raise BadPayload(f"{len(ids)} ids, not {count}")
        return ids

    def value(self, field: str) -> str:
        """What stands in a field that holds one thing; empty where nothing does."""
        return next(iter(self.values.get(field, ())), "")


@dataclass(frozen=True)
class ViewAction:
    """A press or a choice inside a modal or a home: the form as it stands then, and which view it is.

    `value` is what the pressed element carries, or what was chosen in it. `version` is the view's hash: an update that
    names it is refused once another one came first. `stamp` (µs) tells when.
    """

    form: FormSubmission
    action_id: str
    value: str
    view_id: str
    view_hash: str
    event_ts_us: int = 0


@dataclass(frozen=True)
class OptionsQuery:
    """Somebody types into a menu of a form, which wants to know what to offer: the form's opaque id, and the words."""

    place: ChannelRef
    person: str
    id: str
    field: str
    text: str


@dataclass(frozen=True)
class MessageShortcut:
    """A shortcut used on a message: where, by whom, its text as Slack writes it, and the thread it is a reply in."""

    place: ChannelRef
    person: str
    text: str
    thread_ts: str | None
    trigger_id: str


@dataclass(frozen=True)
class ReactionEvent:
    """A number put on a message or taken off; `stamp` in µs."""

    place: ChannelRef
    person: str
    message_ts: str
    number: int
    is_added: bool
    event_ts_us: int


@dataclass(frozen=True)
class MentionEvent:
    """A message to the bot in a conversation, without the mention; `event` is the same when it is delivered again.

    `people` are those named with @ in it, as for a command.
    """

    place: ChannelRef
    person: str
    text: str
    thread_ts: str | None
    event_id: str
    mentions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PhotoForm:
    """The form of a reference picture, filled in. `text` is None where the brief was too long for a field."""

    team: str
    person: str
    draft_id: str
    text: str | None
    file_id: str
    is_real_person: bool
    has_consent: bool


@dataclass(frozen=True)
class HomeOpened:
    """Somebody looks at their home."""

    team: str
    person: str


def parses_payload(parse: Callable[P, R]) -> Callable[P, R]:
    """Whatever is missing, of the wrong kind or out of all bounds becomes BadPayload."""

    @wraps(parse)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return parse(*args, **kwargs)
        except BadPayload:
            raise
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError, OSError, RecursionError) as error:
            raise BadPayload(f"{parse.__name__}: {type(error).__name__}") from error

    return wrapped


@parses_payload
def command_from(body: Payload) -> SlashCommand:
    place = ChannelRef(_id(body["team_id"]), _id(body["channel_id"]))
    line, mentions = decode_mentions(_optional_text(body.get("text")))
    return SlashCommand(place, _id(body["user_id"]), line, _id(body["trigger_id"]), mentions)


@parses_payload
def press_from(body: Payload) -> ButtonPress:
    """The one action of a block_actions payload."""
    action, container = body["actions"][0], body["container"]
    value = action["selected_option"]["value"] if action.get("selected_option") else action["value"]
    if not (ids := tuple(_id(value).split())):
        raise BadPayload("a press without an id")
    message_ts = _id(container["message_ts"])
    return ButtonPress(
        ChannelRef(_team_id(body), _id(container["channel_id"])),
        _id(body["user"]["id"]),
        _id(action["action_id"]),
        ids,
        parse_ts(action["action_ts"]),
        message_ts,
        _thread_ts(container.get("thread_ts"), message_ts),
        bool(container.get("is_ephemeral")),
        _optional_id(body.get("trigger_id")),
    )


@parses_payload
def submission_from(body: Payload) -> FormSubmission:
    """A view_submission; it belongs to a workspace and to no conversation."""
    view = body["view"]
    values = view["state"]["values"]
    if len(values) > _MAX_FIELDS:
        raise BadPayload(f"{len(values)} fields")
    values_by_field = {
        field: tuple(t for entry in entries.values() for t in _field_values(entry)) for field, entries in values.items()
    }
    person, metadata = _id(body["user"]["id"]), _optional_text(view.get("private_metadata"))
    return FormSubmission(
        ChannelRef(_team_id(body), ""),
        person,
        metadata,
        values_by_field,
        _optional_id(body.get("trigger_id")),
        _optional_id(view.get("id")),
    )


@parses_payload
def view_action_from(body: Payload) -> ViewAction:
    """The one action of a block_actions payload that comes out of a view."""
    action, view = body["actions"][0], body["view"]
    value = next(iter(_field_values(action)), "")
    event_ts_us = parse_ts(action.get("action_ts") or "0")
    form, view_hash = submission_from(body), _optional_id(view.get("hash"))
    return ViewAction(form, _id(action["action_id"]), value, _id(view["id"]), view_hash, event_ts_us)


@parses_payload
def options_query_from(body: Payload) -> OptionsQuery:
    """A block_suggestion out of a view."""
    metadata, place = _optional_text(body["view"].get("private_metadata")), ChannelRef(_team_id(body), "")
    return OptionsQuery(
        place, _id(body["user"]["id"]), metadata, _id(body["action_id"]), _optional_text(body.get("value"))
    )


@parses_payload
def shortcut_from(body: Payload) -> MessageShortcut:
    """A message_action."""
    message = body["message"]
    place = ChannelRef(_id(body["team"]["id"]), _id(body["channel"]["id"]))
    thread_ts = _thread_ts(message.get("thread_ts"), _id(message["ts"]))
    return MessageShortcut(
        place, _id(body["user"]["id"]), _optional_text(message.get("text")), thread_ts, _id(body["trigger_id"])
    )


@parses_payload
def reaction_from(body: Payload) -> ReactionEvent | None:
    """A reaction with a number on a message, else None; a skin tone after `::` is left out."""
    event = body["event"]
    item = event["item"]
    number = number_from_emoji(event["reaction"])
    if item["type"] != "message" or number is None:
        return None
    place = ChannelRef(_id(body["team_id"]), _id(item["channel"]))
    is_added = event["type"] == "reaction_added"
    return ReactionEvent(place, _id(event["user"]), _id(item["ts"]), number, is_added, parse_ts(event["event_ts"]))


@parses_payload
def mention_from(body: Payload) -> MentionEvent:
    event = body["event"]
    text, mentions = decode_mentions(_without_bot_mention(bot_user_id(body), _optional_text(event["text"])))
    place = ChannelRef(_id(body["team_id"]), _id(event["channel"]))
    event_id, thread_ts = _id(body.get("event_id") or event["event_ts"]), _optional_id(event.get("thread_ts")) or None
    return MentionEvent(place, _id(event["user"]), " ".join(text.split()), thread_ts, event_id, mentions)


@parses_payload
def home_opened_from(body: Payload) -> HomeOpened | None:
    """A look at the home tab, else None: the messages tab sends the same event."""
    event = body["event"]
    if event.get("tab", "home") != "home":
        return None
    return HomeOpened(_id(body["team_id"]), _id(event["user"]))


@parses_payload
def photo_form_from(body: Payload) -> PhotoForm:
    """A view_submission of the form with a picture."""
    fields = {block: entries["field"] for block, entries in body["view"]["state"]["values"].items()}
    return PhotoForm(
        _id(body["team"]["id"]),
        _id(body["user"]["id"]),
        _id(body["view"]["private_metadata"]),
        _text(fields["brief"]["value"]) if "brief" in fields else None,
        _id(fields["file"]["files"][0]["id"]),
        fields["kind"]["selected_option"]["value"] == "photo",
        bool(fields["consent"]["selected_options"]),
    )


@parses_payload
def bot_user_id(body: Payload) -> str:
    """Whom an event is delivered to, by its `authorizations`; empty where it does not say."""
    authorizations = body.get("authorizations") or [{}]
    return str(authorizations[0].get("user_id") or "")


def _without_bot_mention(bot_id: str, text: str) -> str:
    """The words without the bot's name: where nobody says which that is, without the first one."""
    mentions = [token for token in _MENTION.finditer(text) if not bot_id or token[0].startswith(f"<@{bot_id}")]
    for token in reversed(mentions if bot_id else mentions[:1]):
        text = f"{text[: token.start()]} {text[token.end() :]}"
    return text


def unwrap_menu_buttons(body: dict[str, Any]) -> None:
    """A press on a button that stands in for a menu becomes one on the menu: its action id without what MENU adds."""
    actions = body.get("actions")
    for action in actions if isinstance(actions, list) else ():
        if isinstance(action, dict) and str(action.get("action_id")).startswith(MENU_PREFIX):
            action["action_id"] = action["action_id"].removeprefix(MENU_PREFIX).partition(":")[2]


@parses_payload
def validate_envelope(body: Payload) -> None:
    """Raises BadPayload for what Bolt itself would stumble over: it looks into these parts before any listener does."""
    for part in (body, *(nested for name in _NESTED_KEYS if (nested := body.get(name)) is not None)):
        for name in _TEXT_KEYS:
            if not isinstance(part.get(name, ""), str | None):
                raise BadPayload(f"{name} is no text")
    kind = str(body.get("type"))
    if "event" in body or kind == "event_callback":
        _id(body["event"]["type"])
    if body.get("view") is not None or kind.startswith("view_"):
        _id(body["view"]["type"])
    for name in ("actions", "authorizations", "response_urls"):
        if not all(isinstance(each, dict) for each in body.get(name) or ()):
            raise BadPayload(f"{name} are none")
    if "actions" in body and not body["actions"]:
        raise BadPayload("a press on nothing")
    for action in body.get("actions", ()):
        _id(action["action_id"])
        _optional_id(action.get("block_id"))
    if (url := body.get("response_url")) not in (None, "") and not _URL.fullmatch(url):
        raise BadPayload("response_url is no address")


def number_from_emoji(emoji: str) -> int | None:
    """The candidate number an emoji's name stands for."""
    return _EMOJI_NUMBERS.get(emoji.split("::")[0])


def emoji_for_number(number: int) -> str:
    """The name of a candidate number's emoji."""
    return next(name for name, n in _EMOJI_NUMBERS.items() if n == number)


def _field_values(entry: Payload) -> tuple[str, ...]:
    """What stands in one field, whatever its kind (docs.slack.dev, "View submission payloads" and "Block elements")."""
    if option := entry.get("selected_option"):
        return (_text(option["value"]),)
    for key in ("selected_options", "files"):
        if entry.get(key):
            return _bounded(_text(each.get("value") or each.get("id")) for each in entry[key])
    for key in ("selected_users", "selected_conversations"):
        if entry.get(key):
            return _bounded(_id(each) for each in entry[key])
    for single_key in ("selected_user", "selected_conversation", "selected_date_time", "value"):
        if (value := entry.get(single_key)) is not None:
            return (str(value) if type(value) is int else _optional_text(value),)
    return ()


def _bounded(values: Iterable[str]) -> tuple[str, ...]:
    bounded = tuple(islice(values, _MAX_SELECTED + 1))
    if len(bounded) > _MAX_SELECTED:
        raise BadPayload("too much chosen")
    return bounded


def _team_id(body: Payload) -> str:
    """Of an organisation's installation the person's own."""
    return _id((body.get("team") or {}).get("id") or body["user"]["team_id"])


def _id(value: object) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise BadPayload(f"expected an id, got {type(value).__name__}")
    return value


def _optional_id(value: object) -> str:
    """An id, or empty where there is none."""
    return "" if value is None or value == "" else _id(value)


def _text(value: object) -> str:
    if not (text := _optional_text(value)) or len(text) > _TEXT_LIMIT:
        raise BadPayload(f"expected text, got {len(text)} characters")
    return text


def _optional_text(value: object) -> str:
    """What people typed, of any length: who reads it has limits of their own. Empty where there is nothing."""
    if value is None:
        return ""
    if not isinstance(value, str) or _UNSTORABLE.search(value):
        raise BadPayload(f"expected words, got {type(value).__name__}")
    return value


def _thread_ts(thread_ts: object, message_ts: str) -> str | None:
    """The thread a message is a reply in; the message a thread hangs under names itself, and stands in the channel."""
    parent_ts = _optional_id(thread_ts)
    return parent_ts if parent_ts and parent_ts != message_ts else None


@parses_payload
def parse_ts(ts: str) -> int:
    """`1764000000.000200` in whole microseconds, without a float's rounding."""
    if not (match := _TS.fullmatch(ts)):
        raise BadPayload("expected a moment")
    return int(match[1]) * _MICROSECONDS + int((match[2] or "")[:6].ljust(6, "0"))


@parses_payload
def parse_number(text: str) -> int:
    """A number that a button or a field of ours carries."""
    if not _NUMBER.fullmatch(text):
        raise BadPayload("expected a number")
    return int(text)


@parses_payload
def parse_price(text: str) -> Decimal:
    """Dollars that a form of ours carries."""
    if not _PRICE.fullmatch(text):
        raise BadPayload("expected a price")
    return Decimal(text)


@parses_payload
def parse_datetime(text: str) -> datetime:
    """A moment that a button or a field carries, in seconds since 1970."""
    return datetime.fromtimestamp(parse_number(text), UTC)
