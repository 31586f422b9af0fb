"""All use cases, wired to the ports. Handlers, jobs and the scheduler call only this."""

from datetime import timedelta

from bot.domain.catalogue import Catalogue
from bot.ports.clock import Now
from bot.usecases import webhook_queue
from bot.usecases.access import Permissions
from bot.usecases.aliases import Aliases
from bot.usecases.audition import Audition
from bot.usecases.callback import Callback
from bot.usecases.cast_many import CastMany
from bot.usecases.channel_move import ChannelMove
from bot.usecases.character_sheet import CharacterSheets
from bot.usecases.character_sheet_drawing import DrawSheetView
from bot.usecases.cleanup import OrphanCleanup
from bot.usecases.close_vote import CloseVote
from bot.usecases.comments import Comments
from bot.usecases.compare import Comparison
from bot.usecases.consent_withdrawal import ConsentWithdrawal
from bot.usecases.deletion import CharacterDeletion
from bot.usecases.door_access import Caller, DoorAccess
from bot.usecases.door_casting import DoorCasting
from bot.usecases.door_reading import DoorReading
from bot.usecases.door_tokens import DoorTokenEditor
from bot.usecases.download import FaceDownload
from bot.usecases.face_lock import LockFace
from bot.usecases.flaw_tags import FlawTags
from bot.usecases.generate_portrait import PortraitGenerator
from bot.usecases.history import History
from bot.usecases.home import Home
from bot.usecases.learned_routing import LearnedRouting
from bot.usecases.look_alikes import AskLookAlikes
from bot.usecases.model_retirement import RetirementWatcher
from bot.usecases.monitoring import Monitoring
from bot.usecases.original_copies import OriginalCopies
from bot.usecases.paid_calls import PaidCalls
from bot.usecases.passport import Passports
from bot.usecases.passport_signing import PassportSigning
from bot.usecases.picture_report import PictureReporting
from bot.usecases.ports import Ports
from bot.usecases.production_settings import ProductionSettingsEditor
from bot.usecases.quotes import Quotes
from bot.usecases.reaudition import Reaudition
from bot.usecases.recall import Recall
from bot.usecases.recast import Recast
from bot.usecases.references import ReferenceImages
from bot.usecases.refine import Refine
from bot.usecases.reminders import Reminders
from bot.usecases.reroll import Reroll
from bot.usecases.retention import RetentionJob
from bot.usecases.roster_pdf import RosterPdfs
from bot.usecases.roster_poster import RosterPoster
from bot.usecases.round_controls import RoundControls
from bot.usecases.round_form import RoundForm
from bot.usecases.round_message import RoundMessage
from bot.usecases.round_pictures import RoundPictures
from bot.usecases.sealed_ballot import SealedBallots
from bot.usecases.spending import Spending
from bot.usecases.standings import ShowStandings
from bot.usecases.start_round import StartRound
from bot.usecases.storage_retry import StorageRetry
from bot.usecases.targets import Targets
from bot.usecases.uninstall import Uninstall
from bot.usecases.upscale import RunUpscale, StartUpscale
from bot.usecases.vote import Voting
from bot.usecases.vote_details import VoteDetails
from bot.usecases.webhook_delivery import WebhookDelivery
from bot.usecases.webhooks import WebhookSettings


class Casting:
    """Everything a casting team can do: every use case, wired to the ports and to the use cases it builds on."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports
        self.permissions = Permissions(ports)
        self.round_message = RoundMessage(ports)
        self.round_pictures = RoundPictures(ports)
        self.storage_retry = StorageRetry(ports)
        self.voting = Voting(ports)
        self.vote_details = VoteDetails(ports)
        self.sealed_ballots = SealedBallots(ports)
        self.comments = Comments(ports)
        self.flaw_tags = FlawTags(ports)
        self.look_alikes = AskLookAlikes(ports)
        self.comparison = Comparison(ports)
        self.roster_poster = RosterPoster(ports)
        self.roster_pdfs = RosterPdfs(ports, self.roster_poster)
        self.retirement_watcher = RetirementWatcher(ports)
        self.orphan_cleanup = OrphanCleanup(ports)
        self.monitoring = Monitoring(ports)
        self.channel_move = ChannelMove(ports, self.storage_retry)
        self.uninstall = Uninstall(ports, self.storage_retry)
        self.retention = RetentionJob(ports, self.uninstall)
        self.spending = Spending(ports, self.permissions)
        self.standings = ShowStandings(ports, self.permissions)
        self.home = Home(ports, self.spending)
        self.recall = Recall(ports)
        self.history = History(ports, self.recall)
        self.targets = Targets(ports, self.permissions, self.recall)
        self.webhook_settings = WebhookSettings(ports, self.permissions)
        self.webhook_delivery = WebhookDelivery(ports, self.permissions, self.targets)
        self.reporting = PictureReporting(ports, self.permissions)
        self.consent_withdrawal = ConsentWithdrawal(ports, self.permissions)
        self.deletion = CharacterDeletion(ports, self.permissions)
        self.passport_signing = PassportSigning(ports)
        self.passports = Passports(ports, self.recall, self.passport_signing)
        self.face_download = FaceDownload(ports, self.recall, self.passports)
        self.aliases = Aliases(ports, self.permissions)
        self.reminders = Reminders(ports, self.permissions)
        self.production_settings_editor = ProductionSettingsEditor(ports, self.permissions)
        self.close_vote = CloseVote(ports)
        self.round_controls = RoundControls(ports, self.permissions, self.close_vote)
        self.lock_face = LockFace(ports, self.permissions, self.close_vote)
        self.paid_calls = PaidCalls(ports, self.storage_retry)
        portrait_generator = PortraitGenerator(
            ports,
            self.storage_retry,
            self.paid_calls,
            self.round_pictures,
            OriginalCopies(ports, self.storage_retry, self.paid_calls),
        )
        self.audition = Audition(ports, portrait_generator, self.round_message, self.round_pictures, self.permissions)
        self.start_upscale = StartUpscale(ports, self.permissions)
        self.run_upscale = RunUpscale(ports, self.storage_retry, self.paid_calls)
        self.door_access = DoorAccess(ports)
        self.door_token_editor = DoorTokenEditor(ports, self.permissions)
        self.character_sheets = CharacterSheets(ports, self.permissions)
        self.draw_sheet_view = DrawSheetView(ports, self.storage_retry, self.paid_calls)
        self._learned_routing = LearnedRouting(ports)
        quotes = Quotes(ports, self._learned_routing)
        reference_images = ReferenceImages(ports)
        self.start_round = StartRound(ports, self.permissions, quotes, reference_images)
        starting = (ports, self.permissions, self.start_round, quotes)
        self.cast_many = CastMany(*starting)
        self.round_form = RoundForm(*starting)
        self.reroll = Reroll(*starting, self.comments)
        self.refine = Refine(*starting, self.comments)
        self.recast = Recast(*starting)
        self.callback = Callback(*starting)
        self.reaudition = Reaudition(*starting, reference_images)

    def read_for(self, caller: Caller) -> DoorReading:
        """Return what a caller of a door reads with."""
        return DoorReading(self.ports, caller)

    def cast_for(self, caller: Caller) -> DoorCasting:
        """Return what a caller of a door casts with."""
        return DoorCasting(self.ports, caller, self._learned_routing)

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
        return self.paid_calls.in_progress

    async def refresh_messages(self) -> None:
        """Redraw messages that may be out of date; called once after a start, because a crash can lose a redraw.

        Of several processes the leader does it.
        """
        if await self.ports.storage.replicas.is_leader():
            await self.round_pictures.schedule_redraws()

    async def run_due(self) -> None:
        """Do what is due; the scheduler calls it every few seconds.

        It reposts deleted messages, closes due ballots, sends reminders and overspend notices, restarts unfinished
        work, deletions and the signing of passports, and delivers webhooks.
        """
        await self.round_message.repost_deleted()
        await self.close_vote.enqueue_due()
        await self.reminders.send_due()
        await self.audition.restart_unfinished()
        await self.cast_many.advance_due()
        await self.start_upscale.restart_unfinished()
        await self.character_sheets.restart_unfinished()
        await self.spending.notify_overspends()
        await self.deletion.restart_unfinished()
        await self.reporting.restart_unfinished()
        await self.passports.restart_unsigned()
        await webhook_queue.enqueue_due(self.ports)
        await self.webhook_delivery.tell_owners()
