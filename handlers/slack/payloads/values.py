"""Values that stand for what Slack sends: commands, presses, forms and events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.ids import ChannelRef

Payload = Mapping[str, Any]


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
