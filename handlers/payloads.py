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

from bot.face import Place
from handlers.plain import spoken

P = ParamSpec("P")
R = TypeVar("R")

Payload = Mapping[str, Any]

_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
_MENTION = re.compile(r"<@[UW][A-Z0-9]+(\|[^>]*)?>")
_SECOND = 1_000_000
# The longest that Slack lets an id of ours be: a button's value. A text: what is kept with a view, or typed into it.
_ID = re.compile(r"[ -~]{1,2000}")
_TEXT_LIMIT = 3_000
# No database takes either in a text.
_UNKEPT = re.compile("[\x00\ud800-\udfff]")
# What Bolt chooses listeners, workspaces and ways back by, and where it stands.
_NAMES = (
    "type", "subtype", "id", "team_id", "user_id", "channel_id", "enterprise_id", "command", "callback_id", "action_id",
    "trigger_id", "event_id", "thread_ts", "bot_id",
)  # fmt: skip
_PARTS = ("team", "enterprise", "user", "channel", "container", "view", "event", "message")
_URL = re.compile(r"https?://[!-~]{1,2000}")
_NUMBER = re.compile(r"[0-9]{1,11}")
_PRICE = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_STAMP = re.compile(r"([0-9]{1,11})(?:\.([0-9]{1,9}))?")
# As many fields as a modal has blocks, and more in one than any menu lets be chosen.
_MOST_FIELDS, _MOST_CHOSEN = 100, 200
# In front of the action id of a button that stands for one line of a menu: `menu:2:decide`.
MENU = "menu:"


class BadPayload(ValueError):
    """Slack sent something without the parts its documentation promises."""


@dataclass(frozen=True)
class Command:
    """A `/cast` line as typed; `trigger` is the same when Slack delivers it again.

    `people` are those named with @ in it: the name as it reads there, and whose id that is.
    """

    place: Place
    person: str
    line: str
    trigger: str
    people: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Press:
    """A press on a button or a choice in a menu: its opaque ids, when (µs), and the message it stands on.

    `opener` lets a modal be opened, once, within three seconds.
    """

    place: Place
    person: str
    action: str
    ids: tuple[str, ...]
    stamp: int
    message_ts: str
    thread_ts: str | None
    is_private: bool
    opener: str = ""

    @property
    def id(self) -> str:
        return self.ids[0]

    def told(self, count: int) -> tuple[str, ...]:
        """Its ids, where they are so many; raises BadPayload."""
        if len(self.ids) != count:
            raise BadPayload(f"{len(self.ids)} ids, not {count}")
        return self.ids

    @property
    def trigger(self) -> str:
        """The same for every press on this button of this message, so that pressing twice asks once."""
        return f"{self.place.channel}:{self.message_ts}:{self.id}"


@dataclass(frozen=True)
class Filled:
    """A modal sent in: the opaque id it carried, and by field's name what was ticked, picked or typed there.

    A moment is told in seconds since 1970, a file by its id, a person by theirs; an empty field is an empty tuple.
    """

    place: Place
    person: str
    id: str
    chosen: Mapping[str, tuple[str, ...]]
    opener: str = ""
    view_id: str = ""

    def told(self, count: int) -> tuple[str, ...]:
        """The ids it carried, where they are so many; raises BadPayload."""
        if len(ids := tuple(self.id.split())) != count:
            raise BadPayload(f"{len(ids)} ids, not {count}")
        return ids

    def one(self, field: str) -> str:
        """What stands in a field that holds one thing; empty where nothing does."""
        return next(iter(self.chosen.get(field, ())), "")


@dataclass(frozen=True)
class Touched:
    """A press or a choice inside a modal or a home: the form as it stands then, and which view it is.

    `value` is what the pressed element carries, or what was chosen in it. `version` is the view's hash: an update that
    names it is refused once another one came first. `stamp` (µs) tells when.
    """

    form: Filled
    action: str
    value: str
    view_id: str
    version: str
    stamp: int = 0


@dataclass(frozen=True)
class Looked:
    """Somebody types into a menu of a form, which wants to know what to offer: the form's opaque id, and the words."""

    place: Place
    person: str
    id: str
    field: str
    typed: str


@dataclass(frozen=True)
class Pointed:
    """A shortcut used on a message: where, by whom, its text as Slack writes it, and the thread it is a reply in."""

    place: Place
    person: str
    text: str
    thread_ts: str | None
    trigger: str


@dataclass(frozen=True)
class Reacted:
    """A number put on a message or taken off; `stamp` in µs."""

    place: Place
    person: str
    message_ts: str
    number: int
    on: bool
    stamp: int


@dataclass(frozen=True)
class Mentioned:
    """A message to the bot in a conversation, without the mention; `event` is the same when it is delivered again.

    `people` are those named with @ in it, as for a command.
    """

    place: Place
    person: str
    text: str
    thread_ts: str | None
    event: str
    people: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Attached:
    """The form of a reference picture, filled in. `text` is None where the brief was too long for a field."""

    team: str
    person: str
    wish_id: str
    text: str | None
    file_id: str
    real: bool
    agreed: bool


@dataclass(frozen=True)
class Visit:
    """Somebody looks at their home."""

    team: str
    person: str


def reading(read: Callable[P, R]) -> Callable[P, R]:
    """Whatever is missing, of the wrong kind or out of all bounds becomes BadPayload."""

    @wraps(read)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return read(*args, **kwargs)
        except BadPayload:
            raise
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError, OSError, RecursionError) as error:
            raise BadPayload(f"{read.__name__}: {type(error).__name__}") from error

    return wrapped


@reading
def command_from(body: Payload) -> Command:
    place = Place(_id(body["team_id"]), _id(body["channel_id"]))
    line, people = spoken(_words(body.get("text")))
    return Command(place, _id(body["user_id"]), line, _id(body["trigger_id"]), people)


@reading
def press_from(body: Payload) -> Press:
    """The one action of a block_actions payload."""
    action, container = body["actions"][0], body["container"]
    chosen = action["selected_option"]["value"] if action.get("selected_option") else action["value"]
    if not (ids := tuple(_id(chosen).split())):
        raise BadPayload("a press without an id")
    message_ts = _id(container["message_ts"])
    return Press(
        Place(_team(body), _id(container["channel_id"])),
        _id(body["user"]["id"]),
        _id(action["action_id"]),
        ids,
        stamp_of(action["action_ts"]),
        message_ts,
        _thread(container.get("thread_ts"), message_ts),
        bool(container.get("is_ephemeral")),
        _perhaps(body.get("trigger_id")),
    )


@reading
def filled_from(body: Payload) -> Filled:
    """A view_submission; it belongs to a workspace and to no conversation."""
    view = body["view"]
    values = view["state"]["values"]
    if len(values) > _MOST_FIELDS:
        raise BadPayload(f"{len(values)} fields")
    chosen = {field: tuple(t for entry in acts.values() for t in _entered(entry)) for field, acts in values.items()}
    person, own = _id(body["user"]["id"]), _words(view.get("private_metadata"))
    return Filled(
        Place(_team(body), ""), person, own, chosen, _perhaps(body.get("trigger_id")), _perhaps(view.get("id"))
    )


@reading
def touched_from(body: Payload) -> Touched:
    """The one action of a block_actions payload that comes out of a view."""
    action, view = body["actions"][0], body["view"]
    value = next(iter(_entered(action)), "")
    stamp = stamp_of(action.get("action_ts") or "0")
    form, version = filled_from(body), _perhaps(view.get("hash"))
    return Touched(form, _id(action["action_id"]), value, _id(view["id"]), version, stamp)


@reading
def looked_from(body: Payload) -> Looked:
    """A block_suggestion out of a view."""
    own, place = _words(body["view"].get("private_metadata")), Place(_team(body), "")
    return Looked(place, _id(body["user"]["id"]), own, _id(body["action_id"]), _words(body.get("value")))


@reading
def pointed_from(body: Payload) -> Pointed:
    """A message_action."""
    message = body["message"]
    place = Place(_id(body["team"]["id"]), _id(body["channel"]["id"]))
    thread = _thread(message.get("thread_ts"), _id(message["ts"]))
    return Pointed(place, _id(body["user"]["id"]), _words(message.get("text")), thread, _id(body["trigger_id"]))


@reading
def reaction_from(body: Payload) -> Reacted | None:
    """A reaction with a number on a message, else None; a skin tone after `::` is left out."""
    event = body["event"]
    item = event["item"]
    number = number_of(event["reaction"])
    if item["type"] != "message" or number is None:
        return None
    place = Place(_id(body["team_id"]), _id(item["channel"]))
    on = event["type"] == "reaction_added"
    return Reacted(place, _id(event["user"]), _id(item["ts"]), number, on, stamp_of(event["event_ts"]))


@reading
def mention_from(body: Payload) -> Mentioned:
    event = body["event"]
    text, people = spoken(_without(bot_of(body), _words(event["text"])))
    place = Place(_id(body["team_id"]), _id(event["channel"]))
    again, thread = _id(body.get("event_id") or event["event_ts"]), _perhaps(event.get("thread_ts")) or None
    return Mentioned(place, _id(event["user"]), " ".join(text.split()), thread, again, people)


@reading
def visit_from(body: Payload) -> Visit | None:
    """A look at the home tab, else None: the messages tab sends the same event."""
    event = body["event"]
    if event.get("tab", "home") != "home":
        return None
    return Visit(_id(body["team_id"]), _id(event["user"]))


@reading
def attached_from(body: Payload) -> Attached:
    """A view_submission of the form with a picture."""
    fields = {block: held["field"] for block, held in body["view"]["state"]["values"].items()}
    return Attached(
        _id(body["team"]["id"]),
        _id(body["user"]["id"]),
        _id(body["view"]["private_metadata"]),
        _text(fields["brief"]["value"]) if "brief" in fields else None,
        _id(fields["file"]["files"][0]["id"]),
        fields["kind"]["selected_option"]["value"] == "photo",
        bool(fields["consent"]["selected_options"]),
    )


@reading
def bot_of(body: Payload) -> str:
    """Whom an event is delivered to, by its `authorizations`; empty where it does not say."""
    given = body.get("authorizations") or [{}]
    return str(given[0].get("user_id") or "")


def _without(bot: str, text: str) -> str:
    """The words without the bot's name: where nobody says which that is, without the first one."""
    named = [token for token in _MENTION.finditer(text) if not bot or token[0].startswith(f"<@{bot}")]
    for token in reversed(named if bot else named[:1]):
        text = f"{text[: token.start()]} {text[token.end() :]}"
    return text


def unwrapped(body: dict[str, Any]) -> None:
    """A press on a button that stands in for a menu becomes one on the menu: its action id without what MENU adds."""
    actions = body.get("actions")
    for action in actions if isinstance(actions, list) else ():
        if isinstance(action, dict) and str(action.get("action_id")).startswith(MENU):
            action["action_id"] = action["action_id"].removeprefix(MENU).partition(":")[2]


@reading
def sound(body: Payload) -> None:
    """Raises BadPayload for what Bolt itself would stumble over: it looks into these parts before any listener does."""
    for part in (body, *(inner for name in _PARTS if (inner := body.get(name)) is not None)):
        for name in _NAMES:
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
        _perhaps(action.get("block_id"))
    if (url := body.get("response_url")) not in (None, "") and not _URL.fullmatch(url):
        raise BadPayload("response_url is no address")


def number_of(reaction: str) -> int | None:
    """The candidate number an emoji's name stands for."""
    return _NUMBERS.get(reaction.split("::")[0])


def reaction_of(number: int) -> str:
    """The name of a candidate number's emoji."""
    return next(name for name, n in _NUMBERS.items() if n == number)


def _entered(entry: Payload) -> tuple[str, ...]:
    """What stands in one field, whatever its kind (docs.slack.dev, "View submission payloads" and "Block elements")."""
    if option := entry.get("selected_option"):
        return (_text(option["value"]),)
    for several in ("selected_options", "files"):
        if entry.get(several):
            return _some(_text(each.get("value") or each.get("id")) for each in entry[several])
    for several in ("selected_users", "selected_conversations"):
        if entry.get(several):
            return _some(_id(each) for each in entry[several])
    for single in ("selected_user", "selected_conversation", "selected_date_time", "value"):
        if (held := entry.get(single)) is not None:
            return (str(held) if type(held) is int else _words(held),)
    return ()


def _some(chosen: Iterable[str]) -> tuple[str, ...]:
    several = tuple(islice(chosen, _MOST_CHOSEN + 1))
    if len(several) > _MOST_CHOSEN:
        raise BadPayload("too much chosen")
    return several


def _team(body: Payload) -> str:
    """Of an organisation's installation the person's own."""
    return _id((body.get("team") or {}).get("id") or body["user"]["team_id"])


def _id(value: object) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise BadPayload(f"expected an id, got {type(value).__name__}")
    return value


def _perhaps(value: object) -> str:
    """An id, or empty where there is none."""
    return "" if value is None or value == "" else _id(value)


def _text(value: object) -> str:
    if not (text := _words(value)) or len(text) > _TEXT_LIMIT:
        raise BadPayload(f"expected text, got {len(text)} characters")
    return text


def _words(value: object) -> str:
    """What people typed, of any length: who reads it has limits of their own. Empty where there is nothing."""
    if value is None:
        return ""
    if not isinstance(value, str) or _UNKEPT.search(value):
        raise BadPayload(f"expected words, got {type(value).__name__}")
    return value


def _thread(thread_ts: object, message_ts: str) -> str | None:
    """The thread a message is a reply in; the message a thread hangs under names itself, and stands in the channel."""
    thread = _perhaps(thread_ts)
    return thread if thread and thread != message_ts else None


@reading
def stamp_of(ts: str) -> int:
    """`1764000000.000200` in whole microseconds, without a float's rounding."""
    if not (stamp := _STAMP.fullmatch(ts)):
        raise BadPayload("expected a moment")
    return int(stamp[1]) * _SECOND + int((stamp[2] or "")[:6].ljust(6, "0"))


@reading
def number_in(text: str) -> int:
    """A number that a button or a field of ours carries."""
    if not _NUMBER.fullmatch(text):
        raise BadPayload("expected a number")
    return int(text)


@reading
def price_in(text: str) -> Decimal:
    """Dollars that a form of ours carries."""
    if not _PRICE.fullmatch(text):
        raise BadPayload("expected a price")
    return Decimal(text)


@reading
def moment_in(text: str) -> datetime:
    """A moment that a button or a field carries, in seconds since 1970."""
    return datetime.fromtimestamp(number_in(text), UTC)
