"""Slack in, Block Kit out: registers the listeners of every feature."""

from slack_bolt.async_app import AsyncApp

from bot.ports.storage import StoragePorts
from bot.usecases.casting import Casting
from handlers.features.callback import CallbackListeners
from handlers.features.cast_command import CastListeners
from handlers.features.cast_many import CastManyListeners
from handlers.features.channel_move import ChannelMoveListeners
from handlers.features.character_sheet import CharacterSheetListeners
from handlers.features.comments import CommentListeners
from handlers.features.compare import CompareListeners
from handlers.features.consent_withdrawal import ConsentWithdrawalListeners
from handlers.features.deletion import DeletionListeners
from handlers.features.door_tokens import DoorTokenListeners
from handlers.features.download import DownloadListeners
from handlers.features.face_lock import LockListeners
from handlers.features.flaw_tags import FlawTagListeners
from handlers.features.full_brief import FullBriefListeners
from handlers.features.history import HistoryListeners
from handlers.features.home import HomeListeners
from handlers.features.home_card import HomeCardListeners
from handlers.features.home_cast import HomeCastListeners
from handlers.features.look_alikes import LookAlikeListeners
from handlers.features.mention import MentionListeners
from handlers.features.picture_report import ReportListeners
from handlers.features.production_settings import ProductionSettingsListeners
from handlers.features.reaudition import ReauditionListeners
from handlers.features.recall import RecallListeners
from handlers.features.recast import RecastListeners
from handlers.features.refine import RefineListeners
from handlers.features.reroll import RerollListeners
from handlers.features.roster import RosterListeners
from handlers.features.round_controls import RoundControlListeners
from handlers.features.round_form import RoundFormListeners
from handlers.features.sealed_ballot import SealedBallotListeners
from handlers.features.spend import SpendListeners
from handlers.features.standings import StandingsListeners
from handlers.features.targets import TargetListeners
from handlers.features.uninstall import UninstallListeners
from handlers.features.upscale import UpscaleListeners
from handlers.features.vote import VoteListeners
from handlers.features.vote_details import VoteDetailsListeners
from handlers.features.webhooks import WebhookListeners
from handlers.presenters.compare import ComparePresenter
from handlers.presenters.download import ArchiveSender
from handlers.presenters.faces import FacePresenter
from handlers.presenters.roster import RosterPresenter
from handlers.presenters.roster_pdf import RosterPdfPresenter
from handlers.presenters.standings import StandingsPresenter
from handlers.slack.answered_messages import AnsweredMentions
from handlers.slack.clients import Clients
from handlers.slack.directory import SlackDirectory
from handlers.slack.files import Uploads
from handlers.slack.locations import RoundLocations
from handlers.slack.middleware import menu_fallback
from handlers.slack.ownership import WorkspaceGuard
from handlers.text.model_titles import Titles


def register(
    app: AsyncApp, casting: Casting, storage: StoragePorts, directory: SlackDirectory, clients: Clients
) -> None:
    """Register all listeners with `app`; `storage` is read for messages, pictures and workspaces.

    Listeners write there only which events were handled.
    """
    app.use(menu_fallback)
    titles = Titles(casting.catalogue)
    uploads = Uploads(clients, storage.posted_files)
    locations = RoundLocations(storage.rounds, clients)
    guard = WorkspaceGuard(storage, directory)
    app.use(guard.bind)
    faces = FacePresenter(casting, locations, titles, storage.posted_messages)
    side_by_side = ComparePresenter(casting, storage.rounds, uploads, locations)
    roster = RosterPresenter(casting, directory, clients, uploads)
    standings = StandingsPresenter(casting, titles, directory, clients, uploads, locations)
    roster_pdfs = RosterPdfPresenter(casting, titles, directory, clients, uploads)
    archives = ArchiveSender(clients, uploads, storage.posted_messages)
    shared = casting, titles, guard
    for listeners in (
        CastListeners(*shared, faces, roster, roster_pdfs, standings, locations, directory),
        MentionListeners(*shared, faces, locations, directory, AnsweredMentions(storage)),
        VoteListeners(*shared, directory),
        VoteDetailsListeners(*shared),
        SealedBallotListeners(*shared),
        RerollListeners(*shared),
        RefineListeners(*shared),
        CompareListeners(*shared, locations, side_by_side, storage.handled_events),
        CommentListeners(*shared),
        FlawTagListeners(*shared),
        LookAlikeListeners(*shared),
        CastManyListeners(*shared),
        FullBriefListeners(*shared),
        RoundControlListeners(*shared),
        LockListeners(*shared),
        RecallListeners(*shared, faces),
        UpscaleListeners(*shared),
        TargetListeners(*shared),
        CharacterSheetListeners(*shared),
        RecastListeners(*shared),
        CallbackListeners(*shared),
        ReauditionListeners(*shared),
        DeletionListeners(*shared),
        ConsentWithdrawalListeners(*shared),
        ReportListeners(*shared),
        HistoryListeners(*shared, faces, side_by_side),
        DownloadListeners(*shared, archives),
        RoundFormListeners(*shared, directory),
        HomeListeners(*shared, locations, directory),
        HomeCastListeners(*shared, directory),
        HomeCardListeners(*shared, faces, archives),
        RosterListeners(*shared, roster),
        StandingsListeners(*shared, standings),
        ProductionSettingsListeners(*shared),
        DoorTokenListeners(*shared),
        WebhookListeners(*shared),
        SpendListeners(*shared),
        ChannelMoveListeners(*shared, directory),
        UninstallListeners(*shared, clients),
    ):
        listeners.listen(app)
