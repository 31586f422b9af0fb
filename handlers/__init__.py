"""Slack in, Block Kit out: every feature, one line each."""

from slack_bolt.async_app import AsyncApp

from bot.casting import Casting
from bot.ports import Rounds
from handlers.cast import Cast
from handlers.clients import Clients
from handlers.finish import Finish
from handlers.home import Home
from handlers.lock import Lock
from handlers.mention import Mention
from handlers.photo import Photo
from handlers.reach import Reach
from handlers.recall import Recall
from handlers.reroll import Reroll
from handlers.seal import Seal
from handlers.settings import Settings
from handlers.sights import Sights
from handlers.spend import Spend
from handlers.steer import Steer
from handlers.take import Take
from handlers.visibility import SlackVisibility
from handlers.vote import Vote


def register(app: AsyncApp, casting: Casting, rounds: Rounds, visibility: SlackVisibility, clients: Clients) -> None:
    """Let `app` listen; `rounds` is only read: where messages and pictures are, and in whose workspace."""
    sights = Sights(rounds)
    reach = Reach(rounds)
    Cast(casting, sights, visibility, reach).listen(app)
    Mention(casting, sights).listen(app)
    Vote(casting, visibility, reach).listen(app)
    Seal(casting, reach).listen(app)
    Reroll(casting, reach).listen(app)
    Steer(casting, reach).listen(app)
    Lock(casting, reach).listen(app)
    Recall(casting, sights, reach).listen(app)
    Finish(casting, reach).listen(app)
    Take(casting, reach, clients).listen(app)
    Photo(casting).listen(app)
    Home(casting, sights).listen(app)
    Settings(casting).listen(app)
    Spend(casting).listen(app)
