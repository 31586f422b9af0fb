"""Slack in, Block Kit out: every feature, one line each."""

from slack_bolt.async_app import AsyncApp

from bot.casting import Casting
from bot.ports import RoundRepository
from handlers.card import HomeCardListeners
from handlers.cast import CastListeners
from handlers.clients import Clients
from handlers.finish import UpscaleListeners
from handlers.form import RoundFormListeners
from handlers.history import HistoryListeners
from handlers.home import HomeListeners
from handlers.lock import LockListeners
from handlers.look import CompareListeners
from handlers.mention import MentionListeners
from handlers.menus import menu_fallback
from handlers.photo import ReferencePhotoListeners
from handlers.reach import WorkspaceGuard
from handlers.recall import RecallListeners
from handlers.recast import RecastListeners
from handlers.refine import RefineListeners
from handlers.reroll import RerollListeners
from handlers.roster import RosterListeners
from handlers.seal import SealedBallotListeners
from handlers.settings import ProductionSettingsListeners
from handlers.sights import RoundLocations
from handlers.spend import SpendListeners
from handlers.steer import RoundControlListeners
from handlers.take import DownloadListeners
from handlers.visibility import SlackDirectory
from handlers.vote import VoteListeners


def register(
    app: AsyncApp, casting: Casting, rounds: RoundRepository, directory: SlackDirectory, clients: Clients
) -> None:
    """Let `app` listen; `rounds` is only read: where messages and pictures are, and in whose workspace."""
    app.use(menu_fallback)
    locations = RoundLocations(rounds)
    workspace_guard = WorkspaceGuard(rounds)
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
