"""What Slack sends, as values; the only place that indexes payloads. Shapes from docs.slack.dev, "Interaction payloads"
and "Events". A payload without what it must have raises BadPayload.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from bot.face import Place
from handlers.plain import spoken

P = ParamSpec("P")
R = TypeVar("R")

Payload = Mapping[str, Any]

_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
_MENTION = re.compile(r"<@[UW][A-Z0-9]+(\|[^>]*)?>")
_SECOND = 1_000_000
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


def _reading(read: Callable[P, R]) -> Callable[P, R]:
    """Whatever is missing or of the wrong kind becomes BadPayload."""

    @wraps(read)
    def reading(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return read(*args, **kwargs)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise BadPayload(f"{read.__name__}: {error!r}") from error

    return reading


@_reading
def command_from(body: Payload) -> Command:
    place = Place(_text(body["team_id"]), _text(body["channel_id"]))
    line, people = spoken(body.get("text") or "")
    return Command(place, _text(body["user_id"]), line, _text(body["trigger_id"]), people)


@_reading
def press_from(body: Payload) -> Press:
    """The one action of a block_actions payload."""
    action, container = body["actions"][0], body["container"]
    team = (body.get("team") or {}).get("id") or body["user"]["team_id"]
    chosen = action["selected_option"]["value"] if action.get("selected_option") else action["value"]
    if not (ids := tuple(_text(chosen).split())):
        raise BadPayload("a press without an id")
    message_ts = _text(container["message_ts"])
    return Press(
        Place(_text(team), _text(container["channel_id"])),
        _text(body["user"]["id"]),
        _text(action["action_id"]),
        ids,
        stamp_of(action["action_ts"]),
        message_ts,
        _thread(container.get("thread_ts"), message_ts),
        bool(container.get("is_ephemeral")),
        body.get("trigger_id") or "",
    )


@_reading
def filled_from(body: Payload) -> Filled:
    """A view_submission; it belongs to a workspace and to no conversation."""
    view = body["view"]
    values = view["state"]["values"]
    chosen = {field: tuple(t for entry in acts.values() for t in _entered(entry)) for field, acts in values.items()}
    team = (body.get("team") or {}).get("id") or body["user"]["team_id"]
    opener = body.get("trigger_id") or ""
    person = _text(body["user"]["id"])
    own = view.get("private_metadata") or ""
    return Filled(Place(_text(team), ""), person, own, chosen, opener, view.get("id") or "")


@_reading
def touched_from(body: Payload) -> Touched:
    """The one action of a block_actions payload that comes out of a view."""
    action, view = body["actions"][0], body["view"]
    value = next(iter(_entered(action)), "")
    stamp = stamp_of(action.get("action_ts") or "0")
    form, version = filled_from(body), view.get("hash") or ""
    return Touched(form, _text(action["action_id"]), value, _text(view["id"]), version, stamp)


@_reading
def looked_from(body: Payload) -> Looked:
    """A block_suggestion out of a view."""
    team = (body.get("team") or {}).get("id") or body["user"]["team_id"]
    own = body["view"].get("private_metadata") or ""
    place = Place(_text(team), "")
    return Looked(place, _text(body["user"]["id"]), own, _text(body["action_id"]), body.get("value") or "")


@_reading
def pointed_from(body: Payload) -> Pointed:
    """A message_action."""
    message = body["message"]
    place = Place(_text(body["team"]["id"]), _text(body["channel"]["id"]))
    thread = _thread(message.get("thread_ts"), _text(message["ts"]))
    return Pointed(place, _text(body["user"]["id"]), message.get("text") or "", thread, _text(body["trigger_id"]))


@_reading
def reaction_from(body: Payload) -> Reacted | None:
    """A reaction with a number on a message, else None; a skin tone after `::` is left out."""
    event = body["event"]
    item = event["item"]
    number = number_of(event["reaction"])
    if item["type"] != "message" or number is None:
        return None
    place = Place(_text(body["team_id"]), _text(item["channel"]))
    on = event["type"] == "reaction_added"
    return Reacted(place, _text(event["user"]), _text(item["ts"]), number, on, stamp_of(event["event_ts"]))


@_reading
def mention_from(body: Payload) -> Mentioned:
    event = body["event"]
    text, people = spoken(_without(bot_of(body), event["text"]))
    place = Place(_text(body["team_id"]), _text(event["channel"]))
    again = _text(body.get("event_id") or event["event_ts"])
    return Mentioned(place, _text(event["user"]), " ".join(text.split()), event.get("thread_ts"), again, people)


@_reading
def visit_from(body: Payload) -> Visit | None:
    """A look at the home tab, else None: the messages tab sends the same event."""
    event = body["event"]
    if event.get("tab", "home") != "home":
        return None
    return Visit(_text(body["team_id"]), _text(event["user"]))


@_reading
def attached_from(body: Payload) -> Attached:
    """A view_submission of the form with a picture."""
    fields = {block: held["field"] for block, held in body["view"]["state"]["values"].items()}
    return Attached(
        _text(body["team"]["id"]),
        _text(body["user"]["id"]),
        _text(body["view"]["private_metadata"]),
        _text(fields["brief"]["value"]) if "brief" in fields else None,
        _text(fields["file"]["files"][0]["id"]),
        fields["kind"]["selected_option"]["value"] == "photo",
        bool(fields["consent"]["selected_options"]),
    )


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
    for action in body.get("actions") or ():
        if str(action.get("action_id", "")).startswith(MENU):
            action["action_id"] = action["action_id"].removeprefix(MENU).partition(":")[2]


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
            return tuple(_text(each.get("value") or each.get("id")) for each in entry[several])
    for several in ("selected_users", "selected_conversations"):
        if entry.get(several):
            return tuple(_text(each) for each in entry[several])
    for single in ("selected_user", "selected_conversation", "selected_date_time", "value"):
        if entry.get(single) is not None:
            return (str(entry[single]),)
    return ()


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise BadPayload(f"expected text, got {type(value).__name__}")
    return value


def _thread(thread_ts: str | None, message_ts: str) -> str | None:
    """The thread a message is a reply in; the message a thread hangs under names itself, and stands in the channel."""
    return thread_ts if thread_ts != message_ts else None


def stamp_of(ts: str) -> int:
    """`1764000000.000200` in whole microseconds, without a float's rounding."""
    seconds, _, fraction = ts.partition(".")
    return int(seconds) * _SECOND + int(fraction[:6].ljust(6, "0"))
