"""The use cases in the order a round lives, wired to the ports they need. Handlers, engine and clock call only this."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from bot.domain.brief import MIN_VOTING_TIME
from bot.domain.budget import Caps
from bot.domain.catalogue import Catalogue, Size
from bot.ports.clock import Now
from bot.ports.image_models import ModelClients, ModelHealth, RetirementSource
from bot.ports.jobs import JobQueue
from bot.ports.messaging import ChannelAccess, DirectMessages, RoundPublisher, UserDirectory
from bot.ports.storage import StoragePorts
from bot.usecases.access import Permissions
from bot.usecases.aliases import Aliases
from bot.usecases.audition import Audition
from bot.usecases.cleanup import OrphanCleanup
from bot.usecases.compare import Comparison
from bot.usecases.download import FaceDownload
from bot.usecases.generate_portrait import PortraitGenerator
from bot.usecases.history import History
from bot.usecases.home import Home
from bot.usecases.lock import LockFace
from bot.usecases.model_retirement import RetirementWatcher
from bot.usecases.production_settings import ProductionSettingsEditor
from bot.usecases.recall import Recall
from bot.usecases.recast import Recast
from bot.usecases.references import ReferenceImages
from bot.usecases.refine import Refine
from bot.usecases.reminders import Reminders
from bot.usecases.reroll import Reroll
from bot.usecases.retries import RetryDelays
from bot.usecases.roster_poster import RosterPoster
from bot.usecases.round_form import RoundForm
from bot.usecases.round_message import RoundMessage
from bot.usecases.round_pictures import RoundPictures
from bot.usecases.sealed_ballot import SealedBallots
from bot.usecases.spending import Spending
from bot.usecases.start_round import StartRound
from bot.usecases.storage_retry import StorageRetry
from bot.usecases.upscale import RunUpscale, StartUpscale
from bot.usecases.vote import Voting


def utc_now() -> datetime:
    return datetime.now(UTC)


class AlwaysHealthy:
    """The port Health where nobody watches the accounts."""

    def is_available(self, model_id: str) -> bool:  # noqa: ARG002 - a port's argument
        return True


@dataclass(frozen=True)
class Casting:
    """Everything a casting team can do."""

    start_round: StartRound
    round_message: RoundMessage
    audition: Audition
    round_pictures: RoundPictures
    voting: Voting
    sealed_ballots: SealedBallots
    lock_face: LockFace
    recall: Recall
    spending: Spending
    home: Home
    retirement_watcher: RetirementWatcher
    start_upscale: StartUpscale
    run_upscale: RunUpscale
    face_download: FaceDownload
    reroll: Reroll
    refine: Refine
    comparison: Comparison
    catalogue: Catalogue
    permissions: Permissions
    reminders: Reminders
    recast: Recast
    history: History
    aliases: Aliases
    roster_poster: RosterPoster
    round_form: RoundForm
    production_settings_editor: ProductionSettingsEditor
    storage_retry: StorageRetry
    orphan_cleanup: OrphanCleanup
    now: Now
    shortest_voting: timedelta

    @classmethod
    def of(
        cls,
        storage: StoragePorts,
        *,
        model_clients: ModelClients,
        publisher: RoundPublisher,
        channel_access: ChannelAccess,
        user_directory: UserDirectory,
        job_queue: JobQueue,
        retirement_source: RetirementSource,
        direct_messages: DirectMessages,
        caps: Caps,
        patience: dict[Size, float],
        admins: frozenset[str] = frozenset(),
        now: Now = utc_now,
        shortest_voting: timedelta = MIN_VOTING_TIME,
        model_health: ModelHealth = AlwaysHealthy(),  # noqa: B008 - it holds nothing
        waits: RetryDelays = RetryDelays(),  # noqa: B008 - it is frozen
    ) -> Self:
        """The use cases over what is kept and the other ports; `patience` in seconds per size, `admins` who may answer
        for any charge."""
        rounds, roster, upscales, ledger = storage.rounds, storage.roster, storage.upscales, storage.ledger
        portraits, productions, audit_log = storage.portraits, storage.productions, storage.audit_log
        permissions = Permissions(productions, user_directory, admins)
        reference_images = ReferenceImages(roster, portraits, channel_access, productions)
        start_round = StartRound(
            rounds,
            job_queue,
            model_clients.catalogue,
            caps,
            patience,
            now,
            reference_images,
            model_health,
            permissions,
            productions,
            channel_access,
        )
        round_message = RoundMessage(rounds, publisher, job_queue, waits)
        round_pictures = RoundPictures(rounds, portraits, publisher, model_clients.catalogue, now, waits)
        storage_retry = StorageRetry(portraits, publisher, waits)
        portrait_generator = PortraitGenerator(rounds, portraits, model_clients, publisher, now, storage_retry, waits)
        audition = Audition(
            rounds,
            portrait_generator,
            publisher,
            job_queue,
            round_pictures,
            now,
            permissions,
            audit_log,
            shortest_voting,
        )
        reroll = Reroll(
            rounds,
            publisher,
            job_queue,
            start_round,
            model_clients.catalogue,
            model_health,
            caps,
            now,
            permissions,
            audit_log,
        )
        refine = Refine(rounds, publisher, start_round, permissions)
        voting = Voting(rounds, publisher, job_queue, now, audit_log, permissions)
        reminders = Reminders(rounds, publisher, user_directory, direct_messages, now)
        sealed_ballots = SealedBallots(rounds, publisher, now)
        recast = Recast(rounds, roster, start_round, permissions, publisher, now)
        lock_face = LockFace(rounds, roster, publisher, job_queue, voting, now, permissions, portraits)
        recall = Recall(rounds, roster, upscales, portraits, publisher, channel_access, productions)
        spending = Spending(ledger, channel_access, direct_messages, publisher, caps, admins, now, productions)
        home = Home(rounds, roster, spending, recall, channel_access, caps)
        retirement_watcher = RetirementWatcher(retirement_source, storage.retirement_notices, direct_messages, now)
        start_upscale = StartUpscale(
            rounds,
            roster,
            upscales,
            publisher,
            job_queue,
            channel_access,
            model_clients.catalogue,
            caps,
            now,
            permissions,
        )
        run_upscale = RunUpscale(
            rounds, roster, upscales, portraits, model_clients, publisher, now, storage_retry, waits
        )
        round_form = RoundForm(
            rounds,
            roster,
            productions,
            channel_access,
            user_directory,
            permissions,
            start_round,
            recall,
            model_clients.catalogue,
            model_health,
            now,
            shortest_voting,
        )
        first_fields = (
            start_round,
            round_message,
            audition,
            round_pictures,
            voting,
            sealed_ballots,
            lock_face,
            recall,
            spending,
            home,
            retirement_watcher,
        )
        history = History(rounds, roster, ledger, audit_log, recall, channel_access, now)
        aliases = Aliases(roster, productions, recall, permissions, now)
        roster_poster = RosterPoster(roster, productions, recall, portraits, channel_access)
        production_settings_editor = ProductionSettingsEditor(
            productions, audit_log, channel_access, permissions, model_clients.catalogue, caps, admins, now
        )
        more_fields = (start_upscale, run_upscale, FaceDownload(recall, portraits), reroll, refine, Comparison(rounds))
        return cls(
            *first_fields,
            *more_fields,
            model_clients.catalogue,
            permissions,
            reminders,
            recast,
            history,
            aliases,
            roster_poster,
            round_form,
            production_settings_editor,
            storage_retry,
            OrphanCleanup(portraits, storage.picture_index, now),
            now,
            shortest_voting,
        )

    @property
    def generations_in_progress(self) -> int:
        """Portraits and finishes that are paid for and under way."""
        return self.audition.generations_in_progress + self.run_upscale.in_progress

    async def refresh_messages(self) -> None:
        """Once after a start: whoever was killed between a change and its redraw left a message that is out of date."""
        await self.round_pictures.schedule_redraws()

    async def run_due(self) -> None:
        """What the clock asks every few seconds: lost messages, due closes, reminders, work that should move, and
        charges that passed what was reserved for them."""
        await self.round_message.repost_deleted()
        await self.voting.enqueue_due_closes()
        await self.reminders.send_due()
        await self.audition.restart_unfinished()
        await self.start_upscale.restart_unfinished()
        await self.spending.notify_overspends()
