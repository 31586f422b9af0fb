"""The stage: a round's message, its thread and its reactions. Nobody else writes them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import structlog
from slack_sdk.errors import SlackApiError

from bot.domain.ballot import Reaction
from bot.domain.catalogue import Catalogue
from bot.domain.errors import ChannelClosed, MessageDeleted, SlackRejected, SlackUnavailable
from bot.domain.ids import child_round_id
from bot.domain.round import OPEN_STATES, RECAST, Round, RoundState
from bot.domain.upscale import plan_upscale
from bot.ports.clock import Now
from bot.ports.messaging import Picture
from bot.ports.storage import StoragePorts
from bot.telemetry import metrics
from bot.usecases.casting import utc_now
from handlers.slack.api_errors import ARCHIVED_CODES, best_effort, error_code, send_with_fallback, slack_call
from handlers.slack.clients import Clients
from handlers.slack.directory import SlackDirectory
from handlers.slack.fallback import FULL, FallbackLevel
from handlers.slack.files import LOOKS, Upload, Uploads
from handlers.slack.locations import Permalinks
from handlers.slack.payloads import emoji_for_number
from handlers.slack.redraw_scheduler import RedrawScheduler, UpdateBudget
from handlers.slack.round_messages import ClosedChannels, Messages, ReactionReader
from handlers.text import alt_text, labels, slack_refusals, storage_trouble, voters
from handlers.text import round as round_text
from handlers.text.model_titles import Titles
from handlers.views.builder import View, fit
from handlers.views.private import note
from handlers.views.round import round_message
from handlers.views.round.shared import RelatedRound, RoundViewData

log = structlog.get_logger()

_FILE_RETRY_DELAYS = (0.3, 0.6, 1.2)

_THREAD_NOTES = {"reminder": round_text.reminder, "late": round_text.late_portrait, "all_in": voters.all_votes_in}

_UPSCALE_TEXTS = {
    "pair": (labels.upscale_pair_title, alt_text.upscale_pair),
    "own": (labels.upscale_title, alt_text.upscale),
}

_LEAD_NOTICES = {"called_off": slack_refusals.round_voided, "no_sheet": slack_refusals.sheet_refused_for_lead}

# What changing a deleted message, or writing into its thread, is refused with; each may have other causes.
_MESSAGE_MISSING_CODES = frozenset(
    {"message_not_found", "cant_update_message", "cannot_reply_to_message", "thread_not_found"}
)


class SlackRoundPublisher:
    """Shows rounds in Slack; implements the port Stage.

    The clients bring handlers that sit out rate limits and try a lost connection again.
    """

    def __init__(
        self,
        clients: Clients,
        storage: StoragePorts,
        catalogue: Catalogue,
        directory: SlackDirectory,
        now: Now = utc_now,
        pace: Callable[[], UpdateBudget] = UpdateBudget,
        looks: Sequence[float] = LOOKS,
        file_waits: Sequence[float] = _FILE_RETRY_DELAYS,
    ) -> None:
        self._clients = clients
        self._storage = storage
        self._rounds = storage.rounds
        self._catalogue = catalogue
        self._directory = directory
        self._now = now
        self._file_waits = file_waits
        self._titles = Titles(catalogue)
        self._messages = Messages(clients)
        self._reaction_reader = ReactionReader(clients, storage.ballots, directory)
        self._uploads = Uploads(clients, looks)
        self._permalinks = Permalinks(clients)
        self._related_rounds = RelatedRounds(self._permalinks, storage)
        self._redraw_scheduler = RedrawScheduler(self._redraw, self._team_of, pace)
        metrics.register_gauge("redraws_waiting", lambda: self._redraw_scheduler.pending)
        self._fallback_levels: dict[str, FallbackLevel] = {}
        self._reset_fallback: set[str] = set()
        self._deleted_messages: set[str] = set()
        self._closed_channels = ClosedChannels(clients)

    async def post(self, round_id: str) -> None:
        round_ = await self._rounds.get(round_id)
        if not round_.message_ts:
            await self._rounds.set_message(round_id, await self._messages.post(round_, await self._view(round_)))

    async def repost(self, round_id: str) -> bool:
        round_ = await self._rounds.get(round_id)
        if not await self._reaction_reader.is_deleted(round_):
            return False
        await self._rounds.set_message(round_id, await self._messages.post(round_, await self._view(round_)))
        return True

    def take_deleted(self) -> Sequence[str]:
        deleted = tuple(self._deleted_messages)
        self._deleted_messages.clear()
        return deleted

    async def retry_closed_channels(self) -> None:
        for round_id in await self._closed_channels.pop_reopened():
            self._redraw_scheduler.schedule(round_id)

    def schedule_redraw(self, round_id: str) -> None:
        self._redraw_scheduler.schedule(round_id)

    async def redraw_now(self, round_id: str) -> None:
        """What Slack refused earlier is tried again here, and only here.

        It is forgotten by the redraw itself: one that is still under way may be refused the pictures before these.
        """
        self._reset_fallback.add(round_id)
        await self._redraw_scheduler.redraw_now(round_id)

    async def upload_sheet(self, round_id: str, sheet: Picture) -> str:
        round_ = await self._rounds.get(round_id)
        (file_id,) = await self._upload_pictures(round_, [sheet])
        await self._uploads.wait_until_displayable(round_.place.team, file_id)
        return file_id

    async def upload_pictures(self, round_id: str, pictures: Sequence[Picture]) -> Sequence[str]:
        return await self._upload_pictures(await self._rounds.get(round_id), pictures)

    async def add_vote_reactions(self, round_id: str, numbers: Sequence[int]) -> None:
        """One after another, since Slack orders reactions by arrival; a ballot does without what Slack refuses."""
        round_ = await self._rounds.get(round_id)
        for number in numbers:
            try:
                await self._clients.for_team(round_.place.team).reactions_add(
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

    async def link_from_thread(self, round_id: str) -> None:
        round_ = await self._rounds.get(round_id)
        await self._messages.link_from_thread(
            round_, round_text.thread_link(round_, await self._messages.permalink(round_))
        )

    async def notify_lead(self, round_id: str, kind: str) -> None:
        round_ = await self._rounds.get(round_id)
        if kind == "leads":
            text = round_text.lead_assigned(round_, await self._messages.permalink(round_))
        else:
            text = _LEAD_NOTICES[kind](round_) if kind in _LEAD_NOTICES else storage_trouble.lead_notice(kind, round_)
        await self._messages.notify_lead(round_, note(text), kind)

    async def close(self, timeout_seconds: float = 1.0) -> None:
        """Stop the redraw worker; redraw what is still dirty within `timeout_seconds`."""
        await self._redraw_scheduler.close(timeout_seconds)

    async def _redraw(self, round_id: str) -> None:
        if round_id in self._reset_fallback:
            # Before the round is read: whoever asks from here on may mean a later state, and keeps their word.
            self._reset_fallback.discard(round_id)
            self._fallback_levels.pop(round_id, None)
        round_ = await self._rounds.get(round_id)
        if round_.message_ts is None:
            return
        view = fit(await self._view(round_))
        start_level = self._fallback_levels.get(round_id, FULL)
        with best_effort("chat.update"):
            try:
                with slack_call("chat.update"):
                    _, level = await send_with_fallback(
                        partial(self._messages.update, round_), view, self._file_waits, start_level
                    )
            except ChannelClosed as error:
                await self._on_channel_closed(round_, error)
                raise
            except SlackRejected as error:
                await self._check_deleted(round_, error)
                raise
            if not level.is_full:
                self._fallback_levels[round_id] = level

    async def _on_channel_closed(self, round_: Round, error: ChannelClosed) -> None:
        """The lead is told once what stands, and the message is drawn again once its conversation is open."""
        self._closed_channels.add(round_, error)
        text = slack_refusals.channel_closed(round_, is_archived=error.code in ARCHIVED_CODES)
        await self._messages.notify_lead(round_, note(text), "away")

    async def _check_deleted(self, round_: Round, error: SlackRejected) -> bool:
        """Whether a refusal means that somebody deleted the message; an open round then needs another."""
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

    async def _view(self, round_: Round) -> View:
        is_uncounted = round_.tally is None
        vote_inputs = await self._storage.ballots.list_vote_inputs(round_.id) if is_uncounted else ()
        submissions = await self._storage.ballots.list_submissions(round_.id) if is_uncounted else ()
        data = await self._add_faces(
            RoundViewData(round_, round_.visible_tally(round_.count_votes(vote_inputs, submissions)), self._titles)
        )
        if data.face is None:
            parent, child = await self._related_rounds.parent_of(round_), await self._related_rounds.child_of(round_)
            turnout = (
                round_.turnout(round_.voted_people(vote_inputs, submissions), await self._deactivated_voters(round_))
                if is_uncounted
                else None
            )
            return round_message(replace(data, turnout=turnout, parent=parent, child=child))
        plan = plan_upscale(data.face, self._catalogue, self._now().date())
        return round_message(
            replace(data, upscales=await self._storage.upscales.list_for_face(round_.id), upscale_plan=plan)
        )

    async def _add_faces(self, data: RoundViewData) -> RoundViewData:
        """The face the round gave, the character's present one, and the one it casts anew, with the ways there."""
        round_ = data.round
        if round_.state is not RoundState.LOCKED and round_.origin != RECAST:
            return data
        history = await self._storage.roster.list_faces(round_.character_id)
        by_round = {face.round_id: face for face in history}
        face = by_round.get(round_.id) if round_.state is RoundState.LOCKED else None
        current_face = next((each for each in history if not each.unlocked), None)
        recast_face = by_round.get(round_.parent or "") if round_.origin == RECAST else None
        others = {each.round_id for each in (current_face, recast_face) if each and each.round_id != round_.id}
        links = {round_id: await self._permalinks.get(await self._rounds.get(round_id)) for round_id in others}
        return replace(
            data, face=face, current_face=current_face, recast_face=recast_face, version_count=len(history), links=links
        )

    async def _deactivated_voters(self, round_: Round) -> frozenset[str]:
        """The named voters whose accounts are closed."""
        found = [
            (person, await self._directory.is_deactivated(round_.place.team, person)) for person in round_.brief.voters
        ]
        return frozenset(person for person, is_deactivated in found if is_deactivated)

    async def _upload_pictures(self, round_: Round, pictures: Sequence[Picture]) -> Sequence[str]:
        if round_.message_ts is None:
            raise SlackUnavailable("the round's own message")
        uploads = [self._prepare_upload(round_, picture) for picture in pictures]
        try:
            return await self._uploads.upload_once(round_.place, round_.message_ts, uploads, self._rounds)
        except SlackRejected as error:
            if await self._check_deleted(round_, error):
                raise MessageDeleted(error.operation, error.code) from error
            raise

    def _prepare_upload(self, round_: Round, picture: Picture) -> Upload:
        """A candidate's picture is called by its number; by its model too once the ballot is closed."""
        if picture.upscale_kind:
            title_of, alt_text_of = _UPSCALE_TEXTS[picture.upscale_kind]
            name = round_.character
            return Upload(picture.data, picture.filename, title_of(name), alt_text_of(name, round_.brief.text))
        if picture.number is None:
            numbers = range(1, max(len(round_.candidates), len(round_.completed)) + 1)
            return Upload(
                picture.data,
                picture.filename,
                labels.sheet_title(round_.character),
                alt_text.contact_sheet(round_, numbers),
            )
        model = (
            round_.candidate_by_number(picture.number).model
            if round_.state in (RoundState.CLOSED, RoundState.LOCKED)
            else ""
        )
        title = labels.candidate_title(picture.number, *([self._titles(model), model] if model else []))
        return Upload(picture.data, picture.filename, title, alt_text.candidate(round_, picture.number))


class RelatedRounds:
    """Finds a round's parent and child."""

    def __init__(self, permalinks: Permalinks, storage: StoragePorts) -> None:
        self._permalinks = permalinks
        self._storage = storage

    async def parent_of(self, round_: Round) -> RelatedRound | None:
        """The round whose place this one took, with its votes as far as anybody may see them."""
        return await self._related(round_.parent) if round_.parent else None

    async def child_of(self, round_: Round) -> RelatedRound | None:
        """The round that took this one's place."""
        return (
            await self._related(child_round_id(round_.place.team, round_.id))
            if round_.state is RoundState.VOID
            else None
        )

    async def _related(self, round_id: str) -> RelatedRound | None:
        try:
            related = await self._storage.rounds.get(round_id)
        except KeyError:
            return None
        tally = related.visible_tally(
            related.count_votes(
                await self._storage.ballots.list_vote_inputs(related.id),
                await self._storage.ballots.list_submissions(related.id),
            )
        )
        return RelatedRound(related, tally, await self._permalinks.get(related))
