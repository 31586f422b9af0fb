"""auth.test, apps.connections.open, team.info, emoji.list: the app and its workspace."""

from playground.slack.core.errors import SlackError
from playground.slack.core.rate_limits import SPECIAL, TIER_2, TIER_3
from playground.slack.core.store import Json
from playground.slack.workspace.api_call import ApiCall, ApiMethod


def auth_test(call: ApiCall) -> Json:
    team = _team(call)
    person = call.workspace.person(call.install.bot)
    return {
        "url": f"https://{team['domain']}.slack.com/",
        "team": team["name"],
        "team_id": team["id"],
        "user": person.name if person else "",
        "user_id": call.install.bot,
        "bot_id": call.install.bot_id,
        "is_enterprise_install": bool(call.install.enterprise),
        **({"enterprise_id": call.install.enterprise} if call.install.enterprise else {}),
    }


def connections_open(call: ApiCall) -> Json:
    """Return a websocket URL for one connection."""
    address = call.workspace.address.replace("http", "ws", 1)
    return {"url": f"{address}/slack/socket?ticket={call.workspace.sockets.issue_ticket()}&app_id={call.install.app}"}


def team_info(call: ApiCall) -> Json:
    """Return the token's own workspace; every other id is unknown."""
    team = _team(call)
    if call.arguments.text("team", team["id"]) != team["id"]:
        raise SlackError("team_not_found")
    address = f"https://{team['domain']}.slack.com/"
    return {"team": {**team, "url": address, "email_domain": "", "icon": {"image_default": True}}}


def emoji_list(_call: ApiCall) -> Json:
    """Return custom emoji only, as in Slack; this workspace has none."""
    return {"emoji": {}, "cache_ts": "0.000000"}


def bots_info(call: ApiCall) -> Json:
    """Return the app's bot, the only one of a workspace."""
    requested_id = call.arguments.text("bot")
    if not requested_id:
        return {}
    if requested_id != call.install.bot_id:
        raise SlackError("bot_not_found")
    person = call.workspace.person(call.install.bot)
    bot = {
        "id": requested_id,
        "app_id": call.install.app,
        "user_id": call.install.bot,
        "deleted": False,
        "updated": 1764000000,
    }
    return {"bot": {**bot, "name": person.real_name if person else "", "icons": {}}}


def _team(call: ApiCall) -> Json:
    return call.workspace.store.get_document("team", call.install.team) or {}


METHODS = {
    "auth.test": ApiMethod(auth_test, SPECIAL),
    "apps.connections.open": ApiMethod(connections_open, TIER_3, app_token=True),
    "bots.info": ApiMethod(bots_info, TIER_3, ("users:read",)),
    "team.info": ApiMethod(team_info, TIER_3, ("team:read",)),
    "emoji.list": ApiMethod(emoji_list, TIER_2, ("emoji:read",)),
}
