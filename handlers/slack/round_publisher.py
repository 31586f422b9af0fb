"""The only writer of a round's message, its thread and its reactions."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog
from slack_sdk.errors import SlackApiError

from bot.domain.ballot import Reaction
from bot.domain.callback import SITUATION_CAPTIONS, Situation
from bot.domain.cast_many import ManyList
from bot.domain.catalogue import Catalogue
from bot.domain.look_alikes import LookAlikeQuestion
from bot.domain.round import Round
from bot.domain.round_state import OPEN_STATES, RoundState
from bot.domain.service_errors import ChannelClosed, MessageDeleted, SlackRejected, SlackUnavailable
from bot.ports.clock import Now
from bot.ports.messaging import Picture
from bot.ports.redraws import RedrawMarks
from bot.ports.storage import StoragePorts
from bot.telemetry import metrics
from bot.usecases.ports import utc_now
from handlers.slack.api_errors import ARCHIVED_CODES, best_effort, error_code, slack_call
from handlers.slack.cast_many_messages import CastManyMessages
from handlers.slack.character_sheet_messages import CharacterSheetMessages
from handlers.slack.clients import Clients
from handlers.slack.comment_messages import CommentMessages
from handlers.slack.directory import SlackDirectory
from handlers.slack.fallback import send_with_fallback
from handlers.slack.fallback_blocks import FULL, FallbackLevel
from handlers.slack.files import FILE_RETRY_DELAYS, POLL_DELAYS, Upload, Uploads
from handlers.slack.locations import Permalinks
from handlers.slack.look_alike_messages import LookAlikeMessages
from handlers.slack.payloads.parsers import emoji_for_number
from handlers.slack.redraw_scheduler import RedrawScheduler, UpdateBudget
from handlers.slack.round_messages import ClosedChannels, Messages, ReactionReader
from handlers.slack.round_views import RoundViewLoader
from handlers.slack.shared_redraws import PresenterLocks, SharedRedraws
from handlers.text import alt_text, failures, labels, slack_refusals, storage_trouble, voters
from handlers.text import character_sheet as sheet_text
from handlers.text import round as round_text
from handlers.text.model_titles import Titles
from handlers.views.builder import fit
from handlers.views.private import note

log = structlog.get_logger()

_THREAD_NOTES = {"reminder": round_text.reminder, "late": round_text.late_portrait, "all_in": voters.all_votes_in}
_UPSCALE_TEXTS = {
    "pair": (labels.upscale_pair_title, alt_text.upscale_pair),
    "own": (labels.upscale_title, alt_text.upscale),
}
_LEAD_NOTICES = {
    "called_off": slack_refusals.round_voided,
    "no_sheet": slack_refusals.sheet_refused_for_lead,
    "unexpected": failures.unexpected_for_lead,
}
# Codes for an update of a deleted message or a reply to it; each may have other causes.
_MESSAGE_MISSING_CODES = frozenset(
    {"message_not_found", "cant_update_message", "cannot_reply_to_message", "thread_not_found"}
)


class SlackRoundPublisher:
    """Implementation of the port RoundPublisher.

    The clients' retry handlers wait out rate limits and repeat calls after a lost connection.
    """

    def __init__(
        self,
        clients: Clients,
        storage: StoragePorts,
        catalogue: Catalogue,
        directory: SlackDirectory,
        now: Now = utc_now,
        pace: Callable[[], UpdateBudget] = UpdateBudget,
        poll_delays: Sequence[float] = POLL_DELAYS,
        retry_delays: Sequence[float] = FILE_RETRY_DELAYS,
    ) -> None:
        self._clients = clients
        self._storage = storage
        self._now = now
        self._rounds = storage.rounds
        self._retry_delays = retry_delays
        self._titles = Titles(catalogue)
        self._messages = Messages(clients, storage.posted_messages)
        self._cast_many_messages = CastManyMessages(clients)
        self._comment_messages = CommentMessages(clients, storage.comments)
        self._sheet_messages = CharacterSheetMessages(clients, storage, catalogue, self._titles, now)
        self._reaction_reader = ReactionReader(clients, storage.ballots, directory)
        self._uploads = Uploads(clients, storage.posted_files, poll_delays)
        self._look_alike_messages = LookAlikeMessages(clients, storage, self._uploads)
        self._permalinks = Permalinks(clients)
        self._views = RoundViewLoader(storage, catalogue, directory, self._titles, self._permalinks, now)
        self._redraw_scheduler = RedrawScheduler(self._redraw, self._team_of, pace)
        self._shared_redraws: SharedRedraws | None = None
        metrics.register_gauge("redraws_waiting", lambda: self._redraw_scheduler.pending)
        self._fallback_levels: dict[str, FallbackLevel] = {}
        self._reset_fallback: set[str] = set()
        self._deleted_messages: set[str] = set()
        self._closed_channels = ClosedChannels(clients)

    async def post(self, round_id: str) -> None:
        round_ = await self._rounds.get(round_id)
        if not round_.message_ts:
            await self._rounds.set_message(round_id, await self._messages.post(round_, await self._views.load(round_)))

    async def repost(self, round_id: str) -> bool:
        round_ = await self._rounds.get(round_id)
        if not await self._reaction_reader.is_deleted(round_):
            return False
        await self._rounds.set_message(round_id, await self._messages.post(round_, await self._views.load(round_)))
        return True

    def take_deleted(self) -> Sequence[str]:
        deleted = tuple(self._deleted_messages)
        self._deleted_messages.clear()
        return deleted

    async def retry_closed_channels(self) -> None:
        for round_id in await self._closed_channels.pop_reopened():
            self.schedule_redraw(round_id)

    def share_redraws(self, locks: PresenterLocks, marks: RedrawMarks) -> SharedRedraws:
        """Redraw messages only in workspaces that this process presents, among several; return what decides that."""
        self._shared_redraws = SharedRedraws(
            self._redraw_scheduler, self._redraw_urgently, locks, marks, self._list_to_redraw
        )
        return self._shared_redraws

    def schedule_redraw(self, round_id: str) -> None:
        if self._shared_redraws:
            self._shared_redraws.schedule(round_id)
        else:
            self._redraw_scheduler.schedule(round_id)

    async def redraw_now(self, round_id: str) -> None:
        if self._shared_redraws:
            await self._shared_redraws.redraw_now(round_id)
        else:
            await self._redraw_urgently(round_id)

    async def _redraw_urgently(self, round_id: str) -> None:
        """Redraw the message now, with all that Slack refused earlier.

        The redraw itself resets the fallback level: another one, still running, may raise the level again before.
        """
        self._reset_fallback.add(round_id)
        await self._redraw_scheduler.redraw_now(round_id)

    async def _list_to_redraw(self) -> Sequence[str]:
        return await self._rounds.list_to_redraw(self._now())

    async def upload_sheet(
        self, round_id: str, sheet: Picture, while_processing: Callable[[str], Awaitable[None]] | None = None
    ) -> str:
        round_ = await self._rounds.get(round_id)
        (file_id,) = await self._upload_pictures(round_, [sheet])
        waiting = self._uploads.wait_until_displayable(round_.place.team, file_id)
        if while_processing:
            await asyncio.gather(waiting, while_processing(file_id))
        else:
            await waiting
        return file_id

    async def upload_pictures(self, round_id: str, pictures: Sequence[Picture]) -> Sequence[str]:
        return await self._upload_pictures(await self._rounds.get(round_id), pictures)

    async def upload_unshared(self, round_id: str, picture: Picture) -> str:
        round_ = await self._rounds.get(round_id)
        upload = self._prepare_upload(round_, picture)
        return await self._uploads.upload_unshared(round_.place.team, upload, [round_id])

    async def show_sheet_view(self, round_id: str, attempt_id: str) -> None:
        await self._sheet_messages.show(await self._rounds.get(round_id), attempt_id)

    async def ask_look_alike(self, question: LookAlikeQuestion, picture: Picture) -> None:
        await self._look_alike_messages.ask(question, picture)

    async def add_vote_reactions(self, round_id: str, numbers: Sequence[int]) -> None:
        """Add reactions in turn, since Slack orders them by arrival; stop at the first that Slack refuses."""
        round_ = await self._rounds.get(round_id)
        for number in numbers:
            try:
                client = await self._clients.for_team(round_.place.team)
                await client.reactions_add(
                    channel=round_.place.channel, timestamp=round_.message_ts or "", name=emoji_for_number(number)
                )
            except SlackApiError as error:
                if error_code(error) != "already_reacted":
                    log.warning("vote_reaction_rejected", round=round_id, number=number, error=error_code(error))
                    return

    async def get_reactions(self, round_id: str) -> Sequence[Reaction]:
        try:
            return await self._reaction_reader.read(await self._rounds.get(round_id))
        except MessageDeleted:
            self._deleted_messages.add(round_id)
            raise

    async def post_thread_note(self, round_id: str, kind: str) -> None:
        round_ = await self._rounds.get(round_id)
        await self._messages.reply(round_, _THREAD_NOTES[kind](round_))

    async def show_cast_many(self, many: ManyList) -> str:
        return await self._cast_many_messages.show(many)

    async def link_from_thread(self, round_id: str) -> None:
        round_ = await self._rounds.get(round_id)
        await self._messages.link_from_thread(
            round_, round_text.thread_link(round_, await self._permalinks.fetch(round_))
        )

    async def notify_lead(self, round_id: str, kind: str) -> None:
        round_ = await self._rounds.get(round_id)
        if kind == "leads":
            text = round_text.lead_assigned(round_, await self._permalinks.fetch(round_))
        else:
            text = _LEAD_NOTICES[kind](round_) if kind in _LEAD_NOTICES else storage_trouble.lead_notice(kind, round_)
        await self._messages.notify_lead(round_, note(text), kind)

    async def close(self, timeout_seconds: float = 1.0) -> None:
        """Stop the redraw worker; redraw what is still dirty within `timeout_seconds`."""
        if self._shared_redraws:
            await self._shared_redraws.close()
        await self._redraw_scheduler.close(timeout_seconds)

    async def _redraw(self, round_id: str) -> None:
        if self._shared_redraws:
            async with self._shared_redraws.drawing(round_id, await self._team_of(round_id)) as is_ours:
                if is_ours:
                    await self._update_message(round_id)
        else:
            await self._update_message(round_id)

    async def _update_message(self, round_id: str) -> None:
        if round_id in self._reset_fallback:
            # Reset before the round is read: a later request may mean a later state, and must reset the level again.
            self._reset_fallback.discard(round_id)
            self._fallback_levels.pop(round_id, None)
        round_ = await self._rounds.get(round_id)
        if round_.message_ts is None:
            return
        view = fit(await self._views.load(round_))
        start_level = self._fallback_levels.get(round_id, FULL)
        with best_effort("chat.update"):
            try:
                with slack_call("chat.update"):
                    _, level = await send_with_fallback(
                        partial(self._messages.update, round_), view, self._retry_delays, start_level
                    )
            except ChannelClosed as error:
                await self._on_channel_closed(round_, error)
                raise
            except SlackRejected as error:
                await self._check_deleted(round_, error)
                raise
            self._closed_channels.discard(round_id)
            if not level.is_full:
                self._fallback_levels[round_id] = level
        await self._comment_messages.publish(round_)
        await self._sheet_messages.publish(round_)
        await self._look_alike_messages.publish(round_)

    async def _on_channel_closed(self, round_: Round, error: ChannelClosed) -> None:
        """Notify the lead once; the message is redrawn when its channel is open again."""
        self._closed_channels.add(round_, error)
        text = slack_refusals.channel_closed(round_, is_archived=error.code in ARCHIVED_CODES)
        await self._messages.notify_lead(round_, note(text), "away")

    async def _check_deleted(self, round_: Round, error: SlackRejected) -> bool:
        """Whether the refusal means that a user deleted an open round's message; records that it needs a new one."""
        if (
            error.code not in _MESSAGE_MISSING_CODES
            or round_.state not in OPEN_STATES
            or not await self._reaction_reader.is_deleted(round_)
        ):
            return False
        self._deleted_messages.add(round_.id)
        return True

    async def _team_of(self, round_id: str) -> str:
        return (await self._rounds.get(round_id)).place.team

    async def _upload_pictures(self, round_: Round, pictures: Sequence[Picture]) -> Sequence[str]:
        if round_.message_ts is None:
            raise SlackUnavailable("upload before the round's message")
        uploads = [self._prepare_upload(round_, picture) for picture in pictures]
        try:
            return await self._uploads.upload_once(round_, uploads, self._rounds)
        except SlackRejected as error:
            if await self._check_deleted(round_, error):
                raise MessageDeleted(error.operation, error.code) from error
            raise

    def _prepare_upload(self, round_: Round, picture: Picture) -> Upload:
        """Name a candidate's picture by its number, and by its model too once the ballot is closed."""
        if picture.upscale_kind:
            title_of, alt_text_of = _UPSCALE_TEXTS[picture.upscale_kind]
            name = round_.character
            return Upload(picture.data, picture.filename, title_of(name), alt_text_of(name, round_.brief.text))
        if picture.sheet_view:
            return Upload(picture.data, picture.filename, *sheet_text.file_texts(round_.character, picture.sheet_view))
        if picture.number is None:
            arrived = sum(not slot.situation for slot in round_.completed)
            numbers = picture.shown or tuple(range(1, max(len(round_.candidates), arrived) + 1))
            return Upload(
                picture.data,
                picture.filename,
                labels.sheet_title(round_.character),
                alt_text.contact_sheet(round_, numbers),
            )
        candidate = round_.candidate_by_number(picture.number)
        shown = [view for view in round_.views_of(candidate) if view.situation == picture.situation] or [candidate]
        model = shown[0].model if round_.state in (RoundState.CLOSED, RoundState.LOCKED) else ""
        caption = SITUATION_CAPTIONS[Situation(picture.situation)] if picture.situation else ""
        words = [caption, *([self._titles(model), model] if model else [])]
        title = labels.candidate_title(picture.number, *filter(None, words))
        return Upload(picture.data, picture.filename, title, alt_text.candidate(round_, picture.number, caption))
