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
    for listeners in (
        CastListeners(casting, titles, faces, roster, roster_pdfs, standings, locations, directory, guard),
        MentionListeners(casting, faces, locations, directory, guard, AnsweredMentions(storage)),
        VoteListeners(casting, directory, guard),
        VoteDetailsListeners(casting, titles, guard),
        SealedBallotListeners(casting, guard),
        RerollListeners(casting, titles, guard),
        RefineListeners(casting, guard),
        CompareListeners(casting, titles, locations, side_by_side, guard, storage.handled_events),
        CommentListeners(casting, guard),
        FlawTagListeners(casting, guard),
        LookAlikeListeners(casting, guard),
        CastManyListeners(casting, guard),
        FullBriefListeners(guard),
        RoundControlListeners(casting, guard),
        LockListeners(casting, titles, guard),
        RecallListeners(casting, titles, faces, guard),
        UpscaleListeners(casting, titles, guard),
        TargetListeners(casting, guard),
        CharacterSheetListeners(casting, guard),
        RecastListeners(casting, guard),
        CallbackListeners(casting, titles, guard),
        ReauditionListeners(casting, titles, guard),
        DeletionListeners(casting, guard),
        ConsentWithdrawalListeners(casting, guard),
        ReportListeners(casting, guard),
        HistoryListeners(casting, faces, side_by_side, guard),
        DownloadListeners(casting, archives, guard),
        RoundFormListeners(casting, titles, directory, guard),
        HomeListeners(casting, locations, directory),
        HomeCastListeners(casting, titles, directory, guard),
        HomeCardListeners(casting, titles, faces, archives, guard),
        RosterListeners(roster, guard),
        StandingsListeners(standings, guard),
        ProductionSettingsListeners(casting, titles, guard),
        DoorTokenListeners(casting, guard),
        WebhookListeners(casting, guard),
        SpendListeners(casting),
        ChannelMoveListeners(casting, directory),
        UninstallListeners(casting, clients),
    ):
        listeners.listen(app)
