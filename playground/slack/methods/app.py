"""auth.test, apps.connections.open, team.info, emoji.list: the app about itself and its workspace."""

from playground.slack.call import Call, Method
from playground.slack.errors import SlackError
from playground.slack.rates import SPECIAL, TIER_2, TIER_3
from playground.slack.store import Json


def auth_test(call: Call) -> Json:
    team = _team(call)
    person = call.world.person(call.install.bot)
    return {
        "url": f"https://{team['domain']}.slack.com/",
        "team": team["name"],
        "team_id": team["id"],
        "user": person.name if person else "",
        "user_id": call.install.bot,
        "bot_id": call.install.bot_id,
        "is_enterprise_install": False,
    }


def connections_open(call: Call) -> Json:
    """A websocket address good for one connection."""
    address = call.world.address.replace("http", "ws", 1)
    return {"url": f"{address}/slack/socket?ticket={call.world.sockets.ticket()}&app_id={call.install.app}"}


def team_info(call: Call) -> Json:
    """Of the token's own workspace; another one's id is as unknown as any."""
    team = _team(call)
    if call.arguments.text("team", team["id"]) != team["id"]:
        raise SlackError("team_not_found")
    address = f"https://{team['domain']}.slack.com/"
    return {"team": {**team, "url": address, "email_domain": "", "icon": {"image_default": True}}}


def emoji_list(_call: Call) -> Json:
    """Custom emoji only, as in Slack; this workspace has none."""
    return {"emoji": {}, "cache_ts": "0.000000"}


def bots_info(call: Call) -> Json:
    """The only bot of a workspace is the app's own."""
    asked = call.arguments.text("bot")
    if not asked:
        return {}
    if asked != call.install.bot_id:
        raise SlackError("bot_not_found")
    person = call.world.person(call.install.bot)
    bot = {
        "id": asked,
        "app_id": call.install.app,
        "user_id": call.install.bot,
        "deleted": False,
        "updated": 1764000000,
    }
    return {"bot": {**bot, "name": person.real_name if person else "", "icons": {}}}


def _team(call: Call) -> Json:
    return call.world.store.thing("team", call.install.team) or {}


METHODS = {
    "auth.test": Method(auth_test, SPECIAL),
    "apps.connections.open": Method(connections_open, TIER_3, app_token=True),
    "bots.info": Method(bots_info, TIER_3, ("users:read",)),
    "team.info": Method(team_info, TIER_3, ("team:read",)),
    "emoji.list": Method(emoji_list, TIER_2, ("emoji:read",)),
}
