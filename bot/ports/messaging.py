"""How people see things and are told; implemented in handlers/."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.domain.ballot import Reaction
from bot.domain.catalogue import Retirement
from bot.domain.ids import ChannelRef
from bot.domain.round import Round
from bot.domain.spend_report import LedgerEntry, SpendReport
from bot.domain.users import User


@dataclass(frozen=True)
class Recipient:
    """Somebody to be told something, in a workspace."""

    team: str
    person: str


class DirectMessages(Protocol):
    """The way to one person alone."""

    async def send_retirement(self, recipient: Recipient, retirement: Retirement) -> None:
        """Tell of a model's end by a direct message; raises Unreachable."""
        ...

    async def send_overspend(self, recipient: Recipient, entry: LedgerEntry) -> None:
        """Tell that a charge passed its reservation; raises Unreachable."""
        ...

    async def send_vote_reminder(self, recipient: Recipient, round_: Round) -> None:
        """Tell a named voter that their vote is missing; raises Unreachable."""
        ...

    async def send_spend_report(self, recipient: Recipient, report: SpendReport) -> None:
        """Show what was spent; raises Unreachable."""
        ...


@dataclass(frozen=True)
class Picture:
    """A picture to show; `number` is the candidate's, None for a contact sheet and for a finish.

    `finish` tells what of a finish it shows: pair (beside its original) or own.
    """

    data: bytes
    filename: str
    number: int | None = None
    upscale_kind: Literal["", "pair", "own"] = ""


class RoundPublisher(Protocol):
    """Where a round is shown. Reads the truth from storage when it draws, so callers only say what is to be shown."""

    async def post(self, round_id: str) -> None:
        """Post the round's message if it has none, and keep its address; raises Unreachable, NotTaken."""
        ...

    async def repost(self, round_id: str) -> bool:
        """Post the round's message anew if it was deleted, and keep the new address; True if it was.

        Raises Unreachable, NotTaken.
        """
        ...

    def take_deleted(self) -> Sequence[str]:
        """Open rounds whose message was found deleted since this was asked last."""
        ...

    async def retry_closed_channels(self) -> None:
        """Draw what stood still in a conversation that is open to us again; asked often, looks every ten seconds."""
        ...

    def schedule_redraw(self, round_id: str) -> None:
        """The message is dirty: one coalesced redraw soon."""
        ...

    async def redraw_now(self, round_id: str) -> None:
        """Redraw now, ahead of the coalesced ones: a change of state."""
        ...

    async def upload_sheet(self, round_id: str, sheet: Picture) -> str:
        """Upload the contact sheet into the round's thread; its file id once Slack can show it.

        Raises Unreachable, NotTaken, MessageGone.
        """
        ...

    async def upload_pictures(self, round_id: str, pictures: Sequence[Picture]) -> Sequence[str]:
        """Put pictures into the round's thread as one message; their file ids. Raises as `hang` does."""
        ...

    async def add_vote_reactions(self, round_id: str, numbers: Sequence[int]) -> None:
        """Add the number emoji, one after another; what stands there already is fine."""
        ...

    async def get_reactions(self, round_id: str) -> Sequence[Reaction]:
        """People's number reactions on the round's message; raises Unreachable, MessageGone."""
        ...

    async def post_thread_note(self, round_id: str, kind: str) -> None:
        """One line in the thread: `remark` is a kind (reminder, late, all_in)."""
        ...

    async def link_from_thread(self, round_id: str) -> None:
        """One line, once, in the thread that the round was asked for in: where its message is; raises Unreachable."""
        ...

    async def notify_lead(self, round_id: str, kind: str) -> None:
        """Once for each kind (called_off, no_sheet, leads, portrait_lost, or not_kept: and why), to the lead alone.

        Raises Unreachable.
        """
        ...


class ChannelAccess(Protocol):
    """Who may see which conversation, answered by Slack, remembered for at most 60 seconds; an error counts as no."""

    async def is_private(self, place: ChannelRef) -> bool: ...

    async def can_see(self, person: str, place: ChannelRef) -> bool:
        """Whether the conversation is public in the person's workspace or the person is in it."""
        ...

    async def list_channels(self, team: str, person: str) -> Mapping[str, str]:
        """The conversations a person is in, as far as the bot may know of them: id to name, empty for direct messages.

        Raises Unreachable.
        """
        ...


class UserDirectory(Protocol):
    """Who somebody is, answered by Slack, remembered for at most 60 seconds."""

    async def get_user(self, team: str, person: str) -> User:
        """Raises Unreachable."""
        ...
