"""Slack in, Block Kit out: every feature, one line each."""

from slack_bolt.async_app import AsyncApp

from bot.casting import Casting
from bot.ports import Rounds
from handlers.card import Card
from handlers.cast import Cast
from handlers.clients import Clients
from handlers.finish import Finish
from handlers.form import Form
from handlers.history import History
from handlers.home import Home
from handlers.lock import Lock
from handlers.look import Look
from handlers.mention import Mention
from handlers.menus import menus_again
from handlers.photo import Photo
from handlers.reach import Reach
from handlers.recall import Recall
from handlers.recast import Recast
from handlers.refine import Refine
from handlers.reroll import Reroll
from handlers.roster import Roster
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
    app.use(menus_again)
    sights = Sights(rounds)
    reach = Reach(rounds)
    Cast(casting, sights, visibility, reach, clients).listen(app)
    Mention(casting, sights).listen(app)
    Vote(casting, visibility, reach).listen(app)
    Seal(casting, reach).listen(app)
    Reroll(casting, reach).listen(app)
    Refine(casting, reach).listen(app)
    Look(casting, sights, reach).listen(app)
    Steer(casting, reach).listen(app)
    Lock(casting, reach).listen(app)
    Recall(casting, sights, reach).listen(app)
    Finish(casting, reach).listen(app)
    Recast(casting, reach).listen(app)
    History(casting, sights, reach).listen(app)
    Take(casting, reach, clients).listen(app)
    Photo(casting).listen(app)
    Form(casting, visibility, reach).listen(app)
    Home(casting, sights, visibility).listen(app)
    Card(casting, sights, reach, clients).listen(app)
    Roster(casting, visibility, clients).listen(app)
    Settings(casting).listen(app)
    Spend(casting).listen(app)
