"""reactions.*"""

from playground.slack import events, messages, reactions
from playground.slack.access import joined, known, visible
from playground.slack.call import Call, Method
from playground.slack.pages import paged
from playground.slack.rates import TIER_2, TIER_3
from playground.slack.store import Json

# Without `full`, Slack may shorten the list of people; about this many have been seen.
_SHORT_LIST = 50
_SCANNED = 1000


def add(call: Call) -> Json:
    _change(call, added=True)
    return {}


def remove(call: Call) -> Json:
    _change(call, added=False)
    return {}


def get(call: Call) -> Json:
    place = visible(call, call.arguments.text("channel"))
    message = messages.find(call.world, place.id, call.arguments.text("timestamp"))
    return {"type": "message", "channel": place.id, "message": _shortened(call, message)}


def list_of_person(call: Call) -> Json:
    """What the person, or the app itself, has reacted to, in places the app is in."""
    person = known(call, call.arguments.text("user", call.install.bot)).id
    items: list[Json] = []
    for place in call.world.places(call.install.team):
        if call.install.bot not in place.members:
            continue
        found = [row for row in call.world.store.newest(place.id, _SCANNED) if _reacted(row, person)]
        items += [{"type": "message", "channel": place.id, "message": _shortened(call, row)} for row in found]
    return paged(call.arguments, "items", items)


def _change(call: Call, added: bool) -> None:
    place = joined(call, call.arguments.text("channel"))
    name = call.arguments.text("name").strip(":")
    change = reactions.add if added else reactions.remove
    message = change(call.world, place, call.arguments.text("timestamp"), name, call.install.bot)
    events.reaction(call.world, place, message, name, call.install.bot, added)


def _reacted(message: Json, person: str) -> bool:
    return any(person in row["users"] for row in message.get("reactions", []))


def _shortened(call: Call, message: Json) -> Json:
    if call.arguments.flag("full") or "reactions" not in message:
        return message
    return {**message, "reactions": [{**row, "users": row["users"][:_SHORT_LIST]} for row in message["reactions"]]}


_WHERE = ("channel", "timestamp")
METHODS = {
    "reactions.add": Method(add, TIER_3, ("reactions:write",), (*_WHERE, "name")),
    "reactions.remove": Method(remove, TIER_2, ("reactions:write",), (*_WHERE, "name")),
    "reactions.get": Method(get, TIER_3, ("reactions:read",), _WHERE),
    "reactions.list": Method(list_of_person, TIER_2, ("reactions:read",)),
}
