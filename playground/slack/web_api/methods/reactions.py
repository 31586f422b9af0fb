"""reactions.*"""

from playground.slack.core.rate_limits import TIER_2, TIER_3
from playground.slack.core.store import Json
from playground.slack.web_api.pagination import paginate
from playground.slack.workspace import events, messages, reactions
from playground.slack.workspace.access import get_joined_place, get_visible_place, require_user
from playground.slack.workspace.api_call import ApiCall, ApiMethod

# Without `full`, Slack may shorten the list of users; about this many have been seen.
_MAX_LISTED_USERS = 50
_MAX_SCANNED = 1000


def add(call: ApiCall) -> Json:
    _change(call, added=True)
    return {}


def remove(call: ApiCall) -> Json:
    _change(call, added=False)
    return {}


def get(call: ApiCall) -> Json:
    place = get_visible_place(call, call.arguments.text("channel"))
    message = messages.find_message(call.workspace, place.id, call.arguments.text("timestamp"))
    return {"type": "message", "channel": place.id, "message": _with_short_user_lists(call, message)}


def list_for_user(call: ApiCall) -> Json:
    """Return what the person, or the app itself, reacted to in channels of the app."""
    person = require_user(call, call.arguments.text("user", call.install.bot)).id
    items: list[Json] = []
    for place in call.workspace.places(call.install.team):
        if call.install.bot not in place.members:
            continue
        matching = [
            row for row in call.workspace.store.list_messages(place.id, _MAX_SCANNED) if _has_reacted(row, person)
        ]
        items += [
            {"type": "message", "channel": place.id, "message": _with_short_user_lists(call, row)} for row in matching
        ]
    return paginate(call.arguments, "items", items)


def _change(call: ApiCall, added: bool) -> None:
    place = get_joined_place(call, call.arguments.text("channel"))
    name = call.arguments.text("name").strip(":")
    change = reactions.add if added else reactions.remove
    message = change(call.workspace, place, call.arguments.text("timestamp"), name, call.install.bot)
    events.send_reaction(call.workspace, place, message, name, call.install.bot, added)


def _has_reacted(message: Json, person: str) -> bool:
    return any(person in row["users"] for row in message.get("reactions", []))


def _with_short_user_lists(call: ApiCall, message: Json) -> Json:
    if call.arguments.flag("full") or "reactions" not in message:
        return message
    return {
        **message,
        "reactions": [{**row, "users": row["users"][:_MAX_LISTED_USERS]} for row in message["reactions"]],
    }


_MESSAGE_ARGUMENTS = ("channel", "timestamp")
METHODS = {
    "reactions.add": ApiMethod(add, TIER_3, ("reactions:write",), (*_MESSAGE_ARGUMENTS, "name")),
    "reactions.remove": ApiMethod(remove, TIER_2, ("reactions:write",), (*_MESSAGE_ARGUMENTS, "name")),
    "reactions.get": ApiMethod(get, TIER_3, ("reactions:read",), _MESSAGE_ARGUMENTS),
    "reactions.list": ApiMethod(list_for_user, TIER_2, ("reactions:read",)),
}
