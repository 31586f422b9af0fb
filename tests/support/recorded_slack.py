"""What the use cases send to Slack, recorded."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bot.domain.ballot import Reaction
from bot.domain.cast_many import ManyList
from bot.domain.catalogue import Retirement
from bot.domain.face import Face
from bot.domain.ids import ChannelRef
from bot.domain.look_alikes import LookAlikeQuestion
from bot.domain.round import Round
from bot.domain.service_errors import MessageDeleted, SlackUnavailable
from bot.domain.slot import Slot
from bot.domain.spend_report import LedgerEntry, SpendReport
from bot.domain.webhook import WebhookEndpoint
from bot.ports.erasure import MessageAddress
from bot.ports.messaging import Picture, Recipient
from bot.ports.reports import Report
from storage import Storage


@dataclass
class RecordingPublisher:
    """A publisher that records its calls; `slack_reactions` are what it reads back.

    Posts and uploads first raise `next_errors`, one per call. `deleted_rounds` are rounds whose message was deleted.
    """

    storage: Storage
    events: list[tuple[str, ...]] = field(default_factory=list)
    sheets: list[Picture] = field(default_factory=list)
    uploaded_pictures: list[Picture] = field(default_factory=list)
    unshared_pictures: list[Picture] = field(default_factory=list)
    slack_reactions: list[Reaction] = field(default_factory=list)
    next_errors: list[Exception] = field(default_factory=list)
    deleted_rounds: set[str] = field(default_factory=set)
    shown_lists: list[ManyList] = field(default_factory=list)
    look_alike_pictures: list[Picture] = field(default_factory=list)
    is_unavailable: bool = False
    rejects_uploads: bool = False

    async def post(self, round_id: str) -> None:
        self._raise_next_error()
        if (await self.storage.rounds.get(round_id)).message_ts is None:
            self.events.append(("post", round_id))
            await self.storage.rounds.set_message(round_id, f"ts-{round_id}")

    async def repost(self, round_id: str) -> bool:
        if round_id not in self.deleted_rounds:
            return False
        self._raise_next_error()
        self.deleted_rounds.remove(round_id)
        self.events.append(("repost", round_id))
        await self.storage.rounds.set_message(round_id, f"ts-{round_id}-again")
        return True

    def take_deleted(self) -> Sequence[str]:
        return tuple(self.deleted_rounds)

    async def link_from_thread(self, round_id: str) -> None:
        self.events.append(("thread_link", round_id))

    async def retry_closed_channels(self) -> None: ...

    async def notify_lead(self, round_id: str, kind: str) -> None:
        self.events.append(("notify_lead", round_id, kind))

    def _raise_next_error(self) -> None:
        if self.next_errors:
            raise self.next_errors.pop(0)

    def schedule_redraw(self, round_id: str) -> None:
        self.events.append(("schedule_redraw", round_id))

    async def show_cast_many(self, many: ManyList) -> str:
        self._raise_next_error()
        self.events.append(("cast_many", many.state.value))
        self.shown_lists.append(many)
        return many.message_ts or f"ts-{many.id}"

    async def redraw_now(self, round_id: str) -> None:
        self.events.append(("redraw_now", round_id, (await self.storage.rounds.get(round_id)).state))

    async def upload_sheet(
        self, round_id: str, sheet: Picture, while_processing: Callable[[str], Awaitable[None]] | None = None
    ) -> str:
        self._raise_next_error()
        if self.rejects_uploads:
            raise SlackUnavailable("files.completeUploadExternal")
        self.sheets.append(sheet)
        file_id = f"F{len(self.sheets)}"
        if while_processing:
            await while_processing(file_id)
        return file_id

    async def upload_pictures(self, round_id: str, pictures: Sequence[Picture]) -> Sequence[str]:
        self.uploaded_pictures += pictures
        return [f"P{len(self.uploaded_pictures)}-{n}" for n, _ in enumerate(pictures)]

    async def upload_unshared(self, round_id: str, picture: Picture) -> str:
        self._raise_next_error()
        self.unshared_pictures.append(picture)
        return f"V{len(self.unshared_pictures)}"

    async def show_sheet_view(self, round_id: str, attempt_id: str) -> None:
        self._raise_next_error()
        attempt = await self.storage.sheets.get(attempt_id)
        if not attempt.message_ts:
            self.events.append(("sheet_view", attempt_id))
            await self.storage.sheets.set_message(attempt_id, f"ts-{attempt_id}", "")

    async def ask_look_alike(self, question: LookAlikeQuestion, picture: Picture) -> None:
        self._raise_next_error()
        self.events.append(("ask_look_alike", question.round_id, question.other_round_id))
        self.look_alike_pictures.append(picture)
        await self.storage.look_alikes.set_message(question, f"ts-{question.other_round_id}", "")

    async def add_vote_reactions(self, round_id: str, numbers: Sequence[int]) -> None:
        self.events.append(("vote_reactions", round_id, *(str(n) for n in numbers)))

    async def get_reactions(self, round_id: str) -> Sequence[Reaction]:
        if round_id in self.deleted_rounds:
            raise MessageDeleted("reactions.get", "message_not_found")
        if self.is_unavailable:
            raise SlackUnavailable("reactions")
        return self.slack_reactions

    async def post_thread_note(self, round_id: str, kind: str) -> None:
        self.events.append(("thread_note", round_id, kind))


@dataclass
class FakeDirectMessages:
    """Direct messages that are recorded; sending to `unreachable` people fails."""

    retirement_notices: list[tuple[Recipient, Retirement]] = field(default_factory=list)
    listed_faces: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    overspend_notices: list[tuple[Recipient, LedgerEntry]] = field(default_factory=list)
    spend_reports: list[tuple[Recipient, SpendReport]] = field(default_factory=list)
    reminders: list[tuple[str, str]] = field(default_factory=list)
    reports: list[tuple[str, str, str, str]] = field(default_factory=list)
    deletion_reports: list[tuple[Recipient, tuple[str, ...]]] = field(default_factory=list)
    webhooks_off: list[tuple[Recipient, WebhookEndpoint]] = field(default_factory=list)
    unreachable: set[str] = field(default_factory=set)

    async def send_retirement(self, recipient: Recipient, retirement: Retirement, faces: Sequence[Face] = ()) -> None:
        if recipient.person in self.unreachable:
            raise SlackUnavailable("chat.postMessage")
        self.listed_faces[recipient.person, retirement.model.id] = tuple(face.round_id for face in faces)
        self.retirement_notices.append((recipient, retirement))

    async def send_overspend(self, recipient: Recipient, entry: LedgerEntry) -> None:
        if recipient.person in self.unreachable:
            raise SlackUnavailable("chat.postMessage")
        self.overspend_notices.append((recipient, entry))

    async def send_vote_reminder(self, recipient: Recipient, round_: Round) -> None:
        if recipient.person in self.unreachable:
            raise SlackUnavailable("chat.postMessage")
        self.reminders.append((recipient.person, round_.id))

    async def send_deletion_report(self, recipient: Recipient, refused_files: Sequence[str]) -> None:
        if recipient.person in self.unreachable:
            raise SlackUnavailable("chat.postMessage")
        self.deletion_reports.append((recipient, tuple(refused_files)))

    async def send_report(self, recipient: Recipient, round_: Round, slot: Slot, report: Report) -> None:
        if recipient.person in self.unreachable:
            raise SlackUnavailable("chat.postMessage")
        self.reports.append((recipient.person, slot.id, report.person, report.reason))

    async def send_webhook_off(self, recipient: Recipient, endpoint: WebhookEndpoint) -> None:
        if recipient.person in self.unreachable:
            raise SlackUnavailable("chat.postMessage")
        self.webhooks_off.append((recipient, endpoint))

    async def send_spend_report(self, recipient: Recipient, report: SpendReport) -> None:
        self.spend_reports.append((recipient, report))


@dataclass
class FakeSlackFiles:
    """Files in Slack that were deleted; `refused` are not, and `next_errors` are raised first, one per call.

    `shares` are the messages that share a file.
    """

    deleted: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    next_errors: list[Exception] = field(default_factory=list)
    shares: dict[str, list[MessageAddress]] = field(default_factory=dict)

    async def delete(self, team: str, file_id: str) -> bool:
        if self.next_errors:
            raise self.next_errors.pop(0)
        if file_id in self.refused:
            return False
        self.deleted.append(file_id)
        return True

    async def list_shares(self, team: str, file_id: str) -> Sequence[MessageAddress]:
        return [] if file_id in self.deleted else self.shares.get(file_id, [])


@dataclass
class FakeSlackMessages:
    """Messages that are recorded when they are deleted; Slack refuses those at `refused` timestamps."""

    deleted: list[tuple[ChannelRef, str]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    async def delete(self, place: ChannelRef, ts: str) -> bool:
        if ts in self.refused:
            return False
        self.deleted.append((place, ts))
        return True
