"""What Slack sends, as frozen values: commands, presses, forms and events."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.domain.ids import ChannelRef

Payload = Mapping[str, Any]


class BadPayload(ValueError):
    """A payload without the parts that Slack documents."""


@dataclass(frozen=True)
class SlashCommand:
    """A `/cast` command; a second delivery has the same `trigger_id`.

    `line` is the text without Slack's markup; `mentions` maps the names after @ in it to user ids.
    """

    place: ChannelRef
    person: str
    line: str
    trigger_id: str
    mentions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ButtonPress:
    """A press on a button, or a choice in a menu, of a message.

    `ids` are the opaque ids that the button carries. `trigger_id` opens one modal within three seconds.
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
        """Return the ids; raises BadPayload unless there are `count`."""
        if len(self.ids) != count:
            raise BadPayload(f"{len(self.ids)} ids, not {count}")
        return self.ids

    @property
    def idempotency_key(self) -> str:
        """The same key for every press on this button of this message, also after the channel's id changed."""
        return f"{self.message_ts}:{self.id}"


@dataclass(frozen=True)
class FormSubmission:
    """A submitted modal, or the state of one that is open: its opaque id, and the values by field name.

    A time is in seconds since 1970; files and users are ids; an empty field is an empty tuple.
    """

    place: ChannelRef
    person: str
    id: str
    values: Mapping[str, tuple[str, ...]]
    trigger_id: str = ""
    view_id: str = ""

    def expect_ids(self, count: int) -> tuple[str, ...]:
        """Return the ids that the modal carries; raises BadPayload unless there are `count`."""
        if len(ids := tuple(self.id.split())) != count:
            raise BadPayload(f"{len(ids)} ids, not {count}")
        return ids

    @property
    def channel(self) -> ChannelRef:
        """The channel that is the first id of the modal; raises BadPayload."""
        if not (ids := self.id.split()):
            raise BadPayload("form without a channel")
        return ChannelRef(self.place.team, ids[0])

    def for_id(self, id_: str) -> "FormSubmission":
        """Return the form as one that carries this id alone."""
        return replace(self, id=id_)

    def value(self, field: str) -> str:
        """Return the value of a field that holds one; empty where the field is."""
        return next(iter(self.values.get(field, ())), "")


@dataclass(frozen=True)
class ViewAction:
    """A press or a choice in a modal or a home, with the state of its form.

    `value` is the value of the pressed element, or the user's choice in it. Slack refuses an update with `view_hash`
    after another update of the view.
    """

    form: FormSubmission
    action_id: str
    value: str
    view_id: str
    view_hash: str
    event_ts_us: int = 0
    is_modal: bool = True


@dataclass(frozen=True)
class OptionsQuery:
    """A request for the options of a menu in a form: the form's opaque id, and the text that the user typed."""

    place: ChannelRef
    person: str
    id: str
    field: str
    text: str


@dataclass(frozen=True)
class MessageShortcut:
    """A shortcut used on a message, with all the message's words in Slack's markup."""

    place: ChannelRef
    person: str
    text: str
    thread_ts: str | None
    trigger_id: str


@dataclass(frozen=True)
class ReactionEvent:
    """A number reaction added to a message or removed from it."""

    place: ChannelRef
    person: str
    message_ts: str
    number: int
    is_added: bool
    event_ts_us: int


@dataclass(frozen=True)
class MentionEvent:
    """A message that mentions the bot, without that mention; a second delivery has the same `event_id`.

    After an edit, the same message (`message_ts`) comes with a new `event_id`. `attached` has the words of shared
    messages and other attachments. `mentions` maps the names after @ in both to user ids. With `is_bot`, another bot or
    a workflow wrote the message; `person` is then the id of a user or of a bot.
    """

    place: ChannelRef
    person: str
    text: str
    thread_ts: str | None
    event_id: str
    mentions: Mapping[str, str] = field(default_factory=dict)
    message_ts: str = ""
    attached: str = ""
    is_bot: bool = False


@dataclass(frozen=True)
class ChannelIdChange:
    """A conversation, by its old id, that has the id `channel` from now on."""

    place: ChannelRef
    channel: str


@dataclass(frozen=True)
class AppRemoval:
    """Workspaces, or an organization, that removed the app or revoked the bot's token, at `at`."""

    installation_ids: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class AccessGranted:
    """Workspaces that an organization gave the app access to."""

    teams: tuple[str, ...]
    enterprise: str


@dataclass(frozen=True)
class HomeOpened:
    """A user who opens the home tab."""

    team: str
    person: str
