"""What was handled already, since Slack may deliver an event twice and to two processes; implemented in storage/."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class MessageKey:
    """A message of a person in a workspace; `ts` is Slack's timestamp."""

    team: str
    person: str
    ts: str


@dataclass(frozen=True)
class Answer:
    """What a message asked when it was answered, as a hash; a final answer stays, whatever an edit asks."""

    words: str
    is_final: bool


class HandledEvents(Protocol):
    """Events, messages and choices that were handled. Every method raises StorageUnavailable."""

    async def add(self, team: str, event_id: str) -> bool:
        """Record an event; False if it is recorded already."""

    async def get_answer(self, message: MessageKey) -> Answer | None: ...

    async def set_answer(self, message: MessageKey, answer: Answer) -> None: ...

    async def record_choice(self, view_id: str, event_ts_us: int) -> None:
        """Record a choice in an open modal, unless a newer one is recorded."""

    async def is_newest_choice(self, view_id: str, event_ts_us: int) -> bool:
        """Return whether no newer choice was made in the modal."""

    async def purge(self) -> None:
        """Delete what is too old to be delivered again."""
