"""All use cases, wired to the ports. Handlers, jobs and the scheduler call only this."""

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
from bot.usecases.close_vote import CloseVote
from bot.usecases.compare import Comparison
from bot.usecases.download import FaceDownload
from bot.usecases.generate_portrait import PortraitGenerator
from bot.usecases.history import History
from bot.usecases.home import Home
from bot.usecases.lock import LockFace
from bot.usecases.model_retirement import RetirementWatcher
from bot.usecases.production_settings import ProductionSettingsEditor
from bot.usecases.quotes import Quotes
from bot.usecases.recall import Recall
from bot.usecases.recast import Recast
from bot.usecases.references import ReferenceImages
from bot.usecases.refine import Refine
from bot.usecases.reminders import Reminders
from bot.usecases.reroll import Reroll
from bot.usecases.retries import RetryDelays
from bot.usecases.roster_poster import RosterPoster
from bot.usecases.round_controls import RoundControls
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
    """The default ModelHealth: every model is available."""

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
    close_vote: CloseVote
    round_controls: RoundControls
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
        """Wire every use case.

        `patience` maps a portrait size to the seconds that voting waits for a model. `admins` may confirm any charge.
        """
        catalogue = model_clients.catalogue
        permissions = Permissions(storage=storage, user_directory=user_directory, admins=admins)
        quotes = Quotes(storage=storage, catalogue=catalogue, caps=caps, now=now, model_health=model_health)
        start_round = StartRound(
            storage=storage,
            job_queue=job_queue,
            quotes=quotes,
            patience=patience,
            now=now,
            reference_images=ReferenceImages(storage=storage, channel_access=channel_access),
            permissions=permissions,
            channel_access=channel_access,
        )
        storage_retry = StorageRetry(storage=storage, publisher=publisher, waits=waits)
        round_pictures = RoundPictures(storage=storage, publisher=publisher, catalogue=catalogue, now=now, waits=waits)
        close_vote = CloseVote(storage=storage, publisher=publisher, job_queue=job_queue, now=now)
        recall = Recall(storage=storage, publisher=publisher, channel_access=channel_access)
        spending = Spending(
            storage=storage,
            channel_access=channel_access,
            direct_messages=direct_messages,
            publisher=publisher,
            caps=caps,
            admins=admins,
            now=now,
        )
        return cls(
            start_round=start_round,
            round_message=RoundMessage(storage=storage, publisher=publisher, job_queue=job_queue, waits=waits),
            audition=Audition(
                storage=storage,
                portrait_generator=PortraitGenerator(
                    storage=storage,
                    model_clients=model_clients,
                    publisher=publisher,
                    now=now,
                    storage_retry=storage_retry,
                    waits=waits,
                ),
                publisher=publisher,
                job_queue=job_queue,
                round_pictures=round_pictures,
                now=now,
                permissions=permissions,
                shortest_voting=shortest_voting,
            ),
            round_pictures=round_pictures,
            voting=Voting(storage=storage, publisher=publisher),
            close_vote=close_vote,
            round_controls=RoundControls(
                storage=storage,
                publisher=publisher,
                job_queue=job_queue,
                close_vote=close_vote,
                now=now,
                permissions=permissions,
            ),
            sealed_ballots=SealedBallots(storage=storage, publisher=publisher, now=now),
            lock_face=LockFace(
                storage=storage,
                publisher=publisher,
                job_queue=job_queue,
                close_vote=close_vote,
                now=now,
                permissions=permissions,
            ),
            recall=recall,
            spending=spending,
            home=Home(storage=storage, spending=spending, channel_access=channel_access, caps=caps),
            retirement_watcher=RetirementWatcher(
                storage=storage, retirement_source=retirement_source, direct_messages=direct_messages, now=now
            ),
            start_upscale=StartUpscale(
                storage=storage,
                publisher=publisher,
                job_queue=job_queue,
                channel_access=channel_access,
                catalogue=catalogue,
                caps=caps,
                now=now,
                permissions=permissions,
            ),
            run_upscale=RunUpscale(
                storage=storage,
                model_clients=model_clients,
                publisher=publisher,
                now=now,
                storage_retry=storage_retry,
                waits=waits,
            ),
            face_download=FaceDownload(storage=storage, recall=recall),
            reroll=Reroll(
                storage=storage,
                publisher=publisher,
                job_queue=job_queue,
                start_round=start_round,
                quotes=quotes,
                now=now,
                permissions=permissions,
            ),
            refine=Refine(
                storage=storage, publisher=publisher, start_round=start_round, quotes=quotes, permissions=permissions
            ),
            comparison=Comparison(storage=storage),
            catalogue=catalogue,
            permissions=permissions,
            reminders=Reminders(
                storage=storage,
                publisher=publisher,
                user_directory=user_directory,
                permissions=permissions,
                direct_messages=direct_messages,
                now=now,
            ),
            recast=Recast(
                storage=storage,
                start_round=start_round,
                quotes=quotes,
                permissions=permissions,
                publisher=publisher,
                now=now,
            ),
            history=History(storage=storage, recall=recall, channel_access=channel_access, now=now),
            aliases=Aliases(storage=storage, channel_access=channel_access, permissions=permissions, now=now),
            roster_poster=RosterPoster(storage=storage, channel_access=channel_access),
            round_form=RoundForm(
                storage=storage,
                channel_access=channel_access,
                user_directory=user_directory,
                permissions=permissions,
                start_round=start_round,
                quotes=quotes,
                now=now,
                shortest_voting=shortest_voting,
            ),
            production_settings_editor=ProductionSettingsEditor(
                storage=storage,
                channel_access=channel_access,
                permissions=permissions,
                catalogue=catalogue,
                caps=caps,
                admins=admins,
                now=now,
            ),
            storage_retry=storage_retry,
            orphan_cleanup=OrphanCleanup(storage=storage, now=now),
            now=now,
            shortest_voting=shortest_voting,
        )

    @property
    def generations_in_progress(self) -> int:
        """Count the paid portraits and upscales in progress."""
        return self.audition.generations_in_progress + self.run_upscale.in_progress

    async def refresh_messages(self) -> None:
        """Redraw messages that may be out of date; called once after a start, because a crash can lose a redraw."""
        await self.round_pictures.schedule_redraws()

    async def run_due(self) -> None:
        """Do what is due; the scheduler calls it every few seconds.

        It reposts deleted messages, closes due ballots, sends reminders and overspend notices, and restarts unfinished
        work.
        """
        await self.round_message.repost_deleted()
        await self.close_vote.enqueue_due()
        await self.reminders.send_due()
        await self.audition.restart_unfinished()
        await self.start_upscale.restart_unfinished()
        await self.spending.notify_overspends()
