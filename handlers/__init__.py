"""Slack in, Block Kit out: every feature, one line each."""

from slack_bolt.async_app import AsyncApp

from bot.ports.storage import StoragePorts
from bot.usecases.casting import Casting
from handlers.features.cast_command import CastListeners
from handlers.features.compare import CompareListeners
from handlers.features.download import DownloadListeners
from handlers.features.history import HistoryListeners
from handlers.features.home import HomeCardListeners, HomeListeners
from handlers.features.lock import LockListeners
from handlers.features.mention import MentionListeners
from handlers.features.production_settings import ProductionSettingsListeners
from handlers.features.recall import RecallListeners
from handlers.features.recast import RecastListeners
from handlers.features.reference_photo import ReferencePhotoListeners
from handlers.features.refine import RefineListeners
from handlers.features.reroll import RerollListeners
from handlers.features.roster import RosterListeners
from handlers.features.round_controls import RoundControlListeners
from handlers.features.round_form import RoundFormListeners
from handlers.features.sealed_ballot import SealedBallotListeners
from handlers.features.spend import SpendListeners
from handlers.features.upscale import UpscaleListeners
from handlers.features.vote import VoteListeners
from handlers.slack.clients import Clients
from handlers.slack.directory import SlackDirectory
from handlers.slack.locations import RoundLocations
from handlers.slack.middleware import menu_fallback
from handlers.slack.ownership import WorkspaceGuard


def register(
    app: AsyncApp, casting: Casting, storage: StoragePorts, directory: SlackDirectory, clients: Clients
) -> None:
    """Let `app` listen; reads `storage` to find messages and pictures, and to check their workspace."""
    app.use(menu_fallback)
    locations = RoundLocations(storage.rounds)
    workspace_guard = WorkspaceGuard(storage)
    CastListeners(casting, locations, directory, workspace_guard, clients).listen(app)
    MentionListeners(casting, locations).listen(app)
    VoteListeners(casting, directory, workspace_guard).listen(app)
    SealedBallotListeners(casting, workspace_guard).listen(app)
    RerollListeners(casting, workspace_guard).listen(app)
    RefineListeners(casting, workspace_guard).listen(app)
    CompareListeners(casting, locations, workspace_guard).listen(app)
    RoundControlListeners(casting, workspace_guard).listen(app)
    LockListeners(casting, workspace_guard).listen(app)
    RecallListeners(casting, locations, workspace_guard).listen(app)
    UpscaleListeners(casting, workspace_guard).listen(app)
    RecastListeners(casting, workspace_guard).listen(app)
    HistoryListeners(casting, locations, workspace_guard).listen(app)
    DownloadListeners(casting, workspace_guard, clients).listen(app)
    ReferencePhotoListeners(casting).listen(app)
    RoundFormListeners(casting, directory, workspace_guard).listen(app)
    HomeListeners(casting, locations, directory).listen(app)
    HomeCardListeners(casting, locations, workspace_guard, clients).listen(app)
    RosterListeners(casting, directory, clients).listen(app)
    ProductionSettingsListeners(casting).listen(app)
    SpendListeners(casting).listen(app)
