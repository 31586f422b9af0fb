"""Messages to channels and users; implemented in handlers/."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.domain.ballot import Reaction
from bot.domain.cast_many import ManyList
from bot.domain.catalogue import Retirement
from bot.domain.face import Face
from bot.domain.ids import ChannelRef
from bot.domain.look_alikes import LookAlikeQuestion
from bot.domain.round import Round
from bot.domain.slot import Slot
from bot.domain.spend_report import LedgerEntry, SpendReport
from bot.domain.users import User
from bot.domain.webhook import WebhookEndpoint
from bot.ports.reports import Report


@dataclass(frozen=True)
class Recipient:
    """A user of a workspace who receives a message."""

    team: str
    person: str


class DirectMessages(Protocol):
    """Direct messages to one user."""

    async def send_retirement(self, recipient: Recipient, retirement: Retirement, faces: Sequence[Face] = ()) -> None:
        """Announce the retirement of a model, with the recipient's faces that it drew; raises SlackUnavailable."""

    async def send_overspend(self, recipient: Recipient, entry: LedgerEntry) -> None:
        """Report a charge above its reservation; raises SlackUnavailable."""

    async def send_vote_reminder(self, recipient: Recipient, round_: Round) -> None:
        """Remind a named voter to vote; raises SlackUnavailable."""

    async def send_deletion_report(self, recipient: Recipient, refused_files: Sequence[str]) -> None:
        """Report that a character is deleted, and how many files Slack refused to delete; raises SlackUnavailable."""

    async def send_report(self, recipient: Recipient, round_: Round, slot: Slot, report: Report) -> None:
        """Tell who decides that a person reported a portrait; raises SlackUnavailable."""

    async def send_webhook_off(self, recipient: Recipient, endpoint: WebhookEndpoint) -> None:
        """Report that a webhook was switched off, and why; raises SlackUnavailable."""

    async def send_spend_report(self, recipient: Recipient, report: SpendReport) -> None:
        """Send the spend report; raises SlackUnavailable."""


@dataclass(frozen=True)
class Picture:
    """A picture to upload. `number` is the candidate's; None for contact sheets and upscales.

    `shown` are the numbers on a contact sheet of some candidates, empty if it shows all. `upscale_kind` is pair (beside
    its original) or own. `sheet_view` is the key of a view beside the locked face, or all for the character sheet.
    With a `situation` it is the candidate's view in a callback.
    """

    data: bytes
    filename: str
    number: int | None = None
    upscale_kind: Literal["", "pair", "own"] = ""
    shown: tuple[int, ...] = ()
    sheet_view: str = ""
    situation: str = ""


class RoundPublisher(Protocol):
    """Publishes rounds. It reads the current state from storage, so callers only name the round."""

    async def post(self, round_id: str) -> None:
        """Post the round's message if it has none and store its timestamp; raises SlackUnavailable, SlackRejected."""

    async def repost(self, round_id: str) -> bool:
        """Post the round's message again if it was deleted; return whether it was.

        Raises SlackUnavailable, SlackRejected.
        """

    def take_deleted(self) -> Sequence[str]:
        """Return open rounds whose message was found deleted since the last call."""

    async def retry_closed_channels(self) -> None:
        """Redraw messages in channels that accept messages again. Checks at most every ten seconds."""

    def schedule_redraw(self, round_id: str) -> None:
        """Schedule a coalesced redraw of the round's message."""

    async def redraw_now(self, round_id: str) -> None:
        """Redraw before the scheduled ones, for a change of state."""

    async def upload_sheet(
        self, round_id: str, sheet: Picture, while_processing: Callable[[str], Awaitable[None]] | None = None
    ) -> str:
        """Upload the contact sheet to the round's thread; return its file id once Slack can display it.

        `while_processing` gets the file id while Slack processes the file. Raises SlackUnavailable, SlackRejected,
        MessageDeleted.
        """

    async def upload_pictures(self, round_id: str, pictures: Sequence[Picture]) -> Sequence[str]:
        """Upload pictures to the round's thread as one message; return their file ids. Raises like `upload_sheet`."""

    async def upload_unshared(self, round_id: str, picture: Picture) -> str:
        """Upload a picture for blocks of the round's thread without a message of its own; return its file id.

        Raises SlackUnavailable.
        """

    async def show_sheet_view(self, round_id: str, attempt_id: str) -> None:
        """Post a final attempt at a view in the round's thread, or update its message; raises SlackUnavailable."""

    async def ask_look_alike(self, question: LookAlikeQuestion, picture: Picture) -> None:
        """Post a question with its picture in the thread of its face, and store its message; idempotent.

        Raises SlackUnavailable, SlackRejected.
        """

    async def add_vote_reactions(self, round_id: str, numbers: Sequence[int]) -> None:
        """Add the number emoji in order; existing ones are ignored."""

    async def get_reactions(self, round_id: str) -> Sequence[Reaction]:
        """Return people's number reactions on the round's message; raises SlackUnavailable, MessageDeleted."""

    async def post_thread_note(self, round_id: str, kind: str) -> None:
        """Post one line in the thread; `kind` is reminder, late or all_in."""

    async def link_from_thread(self, round_id: str) -> None:
        """Post a link to the message, once, in the thread the round was requested in; raises SlackUnavailable."""

    async def show_cast_many(self, many: ManyList) -> str:
        """Post or update the progress message of a list; return its timestamp. Raises SlackUnavailable."""

    async def notify_lead(self, round_id: str, kind: str) -> None:
        """Notify the lead privately, once per kind: called_off, no_sheet, leads, portrait_lost, or not_kept:REASON.

        Raises SlackUnavailable.
        """


class ChannelAccess(Protocol):
    """Who may see which conversation, according to Slack; cached for at most 60 seconds. Errors count as no access."""

    async def is_private(self, place: ChannelRef) -> bool: ...

    async def has_outsiders(self, place: ChannelRef) -> bool:
        """Return whether the conversation is shared with other organizations; True after an error."""

    async def can_see(self, person: str, place: ChannelRef) -> bool:
        """Return whether the conversation is public in the person's workspace or the person is a member."""

    async def can_post(self, place: ChannelRef) -> bool:
        """Return whether the bot is in the conversation; raises SlackUnavailable."""

    async def channel_name(self, place: ChannelRef) -> str:
        """Return the conversation's name; empty for a direct message, or if Slack does not tell it."""

    async def list_channels(self, team: str, person: str) -> Mapping[str, str]:
        """Return a person's conversations known to the bot: id to name, empty for direct messages.

        Raises SlackUnavailable.
        """


class UserDirectory(Protocol):
    """Slack users; cached for at most 60 seconds."""

    async def get_user(self, team: str, person: str) -> User:
        """Raises SlackUnavailable."""

    async def list_administrators(self, team: str) -> Sequence[str]:
        """Return the ids of a workspace's owners and administrators, as far as they can be found.

        Raises SlackUnavailable.
        """
