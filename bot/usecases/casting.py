"""All use cases, wired to the ports. Handlers, jobs and the scheduler call only this."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from bot.domain.catalogue import Catalogue
from bot.ports.clock import Now
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
from bot.usecases.ports import Ports
from bot.usecases.production_settings import ProductionSettingsEditor
from bot.usecases.quotes import Quotes
from bot.usecases.recall import Recall
from bot.usecases.recast import Recast
from bot.usecases.references import ReferenceImages
from bot.usecases.refine import Refine
from bot.usecases.reminders import Reminders
from bot.usecases.reroll import Reroll
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


@dataclass(frozen=True)
class Casting:
    """Everything a casting team can do."""

    ports: Ports
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

    @classmethod
    def of(cls, ports: Ports) -> Self:
        """Wire every use case to the ports and to the use cases it builds on."""
        permissions, quotes, recall = Permissions(ports), Quotes(ports), Recall(ports)
        start_round = StartRound(ports, quotes, ReferenceImages(ports), permissions)
        storage_retry, round_pictures, close_vote = StorageRetry(ports), RoundPictures(ports), CloseVote(ports)
        spending = Spending(ports)
        return cls(
            ports=ports,
            permissions=permissions,
            start_round=start_round,
            round_message=RoundMessage(ports),
            audition=Audition(ports, PortraitGenerator(ports, storage_retry), round_pictures, permissions),
            round_pictures=round_pictures,
            voting=Voting(ports),
            close_vote=close_vote,
            round_controls=RoundControls(ports, close_vote, permissions),
            sealed_ballots=SealedBallots(ports),
            lock_face=LockFace(ports, close_vote, permissions),
            recall=recall,
            spending=spending,
            home=Home(ports, spending),
            retirement_watcher=RetirementWatcher(ports),
            start_upscale=StartUpscale(ports, permissions),
            run_upscale=RunUpscale(ports, storage_retry),
            face_download=FaceDownload(ports, recall),
            reroll=Reroll(ports, start_round, quotes, permissions),
            refine=Refine(ports, start_round, quotes, permissions),
            comparison=Comparison(ports),
            reminders=Reminders(ports, permissions),
            recast=Recast(ports, start_round, quotes, permissions),
            history=History(ports, recall),
            aliases=Aliases(ports, permissions),
            roster_poster=RosterPoster(ports),
            round_form=RoundForm(ports, permissions, start_round, quotes),
            production_settings_editor=ProductionSettingsEditor(ports, permissions),
            storage_retry=storage_retry,
            orphan_cleanup=OrphanCleanup(ports),
        )

    @property
    def catalogue(self) -> Catalogue:
        return self.ports.catalogue

    @property
    def now(self) -> Now:
        return self.ports.now

    @property
    def shortest_voting(self) -> timedelta:
        return self.ports.shortest_voting

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
