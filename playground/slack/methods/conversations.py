"""conversations.* and users.conversations: places, and who is in them."""

from playground.people import Place
from playground.slack import messages
from playground.slack.access import allow_history, allow_reading, direct_message, joined, known, visible
from playground.slack.call import Call, Method
from playground.slack.errors import SlackError
from playground.slack.pages import paged
from playground.slack.rates import TIER_2, TIER_3, TIER_4
from playground.slack.store import Json

_KINDS = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}
_SCOPES = {"public": "channels:read", "private": "groups:read", "im": "im:read", "mpim": "mpim:read"}
_READ = tuple(_SCOPES.values())
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")


def info(call: Call) -> Json:
    place = visible(call, call.arguments.text("channel"))
    allow_reading(call, place)
    shown = described(call, place)
    if call.arguments.flag("include_num_members"):
        shown["num_members"] = len(place.members)
    return {"channel": shown}


def list_all(call: Call) -> Json:
    found = [place for place in _of_kinds(call) if place.kind == "public" or call.install.bot in place.members]
    return paged(call.arguments, "channels", [described(call, place) for place in found])


def of_person(call: Call) -> Json:
    """Places a person is in; private ones only where the app is too."""
    asked = known(call, call.arguments.text("user", call.install.bot)).id
    found = [place for place in _of_kinds(call) if asked in place.members]
    told = [place for place in found if place.kind == "public" or call.install.bot in place.members]
    return paged(call.arguments, "channels", [described(call, place) for place in told])


def members(call: Call) -> Json:
    place = visible(call, call.arguments.text("channel"))
    allow_reading(call, place)
    return paged(call.arguments, "members", place.members)


def open_direct(call: Call) -> Json:
    people = call.arguments.words("users")
    if not people:
        raise SlackError("users_list_not_supplied")
    if len(people) > 1:
        raise SlackError("method_not_supported_for_channel_type")
    person = known(call, people[0])
    if person.deleted:
        raise SlackError("user_disabled")
    place = direct_message(call, person.id)
    return {"channel": described(call, place) if call.arguments.flag("return_im") else {"id": place.id}}


def history(call: Call) -> Json:
    place = joined(call, call.arguments.text("channel"))
    allow_history(call, place)
    limit = call.arguments.number("limit", 100, 1000)
    latest, oldest = call.arguments.text("latest") or None, call.arguments.text("oldest")
    before = call.arguments.text("cursor") or latest
    rows = call.world.store.newest(place.id, limit + 1, before, oldest)
    shown = [messages.shown(call.world, place.id, row) for row in rows[:limit]]
    more = len(rows) > limit
    after = {"next_cursor": shown[-1]["ts"] if more else ""}
    return {"messages": shown, "has_more": more, "pin_count": 0, "response_metadata": after}


def replies(call: Call) -> Json:
    place = joined(call, call.arguments.text("channel"))
    allow_history(call, place)
    parent = call.world.store.message(place.id, call.arguments.text("ts"))
    if parent is None:
        raise SlackError("thread_not_found")
    thread = messages.thread(call.world, place.id, parent["ts"])
    page = paged(call.arguments, "messages", [messages.shown(call.world, place.id, parent), *thread], usual=1000)
    return page | {"has_more": bool(page["response_metadata"]["next_cursor"])}


def join(call: Call) -> Json:
    place = visible(call, call.arguments.text("channel"))
    if place.kind != "public":
        raise SlackError("method_not_supported_for_channel_type")
    if place.is_archived:
        raise SlackError("is_archived")
    if call.install.bot in place.members:
        return {"channel": described(call, place), "warning": "already_in_channel"}
    return {"channel": described(call, call.world.join(place, call.install.bot))}


def leave(call: Call) -> Json:
    place = visible(call, call.arguments.text("channel"))
    if place.kind == "im":
        raise SlackError("method_not_supported_for_channel_type")
    if place.name == "general":
        raise SlackError("cant_leave_general")
    if place.is_archived:
        raise SlackError("is_archived")
    if call.install.bot not in place.members:
        return {"not_in_channel": True}
    if len(place.members) == 1:
        raise SlackError("last_member")
    call.world.leave(place, call.install.bot)
    return {}


def described(call: Call, place: Place) -> Json:
    """A conversation object."""
    shown: Json = {
        "id": place.id,
        "created": 1764000000,
        "context_team_id": place.team,
        "is_channel": place.kind == "public",
        "is_group": False,
        "is_im": place.kind == "im",
        "is_mpim": False,
        "is_private": place.kind != "public",
        "is_archived": place.is_archived,
    }
    if place.kind == "im":
        other = next(member for member in place.members if member != call.install.bot)
        person = call.world.person(other)
        return shown | {"user": other, "is_user_deleted": bool(person and person.deleted), "is_open": True}
    return shown | {
        "name": place.name,
        "name_normalized": place.name,
        "is_general": place.name == "general",
        "is_member": call.install.bot in place.members,
        "is_shared": False,
        "is_ext_shared": False,
        "topic": {"value": place.topic, "creator": "", "last_set": 0},
        "purpose": {"value": place.purpose, "creator": "", "last_set": 0},
    }


def _of_kinds(call: Call) -> list[Place]:
    kinds = call.arguments.words("types") or ["public_channel"]
    if any(kind not in _KINDS for kind in kinds):
        raise SlackError("invalid_types")
    wanted = {_KINDS[kind] for kind in kinds}
    missing = [_SCOPES[kind] for kind in sorted(wanted) if _SCOPES[kind] not in call.install.scopes]
    if missing:
        raise SlackError("missing_scope", needed=",".join(missing), provided=",".join(call.install.scopes))
    places = [place for place in call.world.places(call.install.team) if place.kind in wanted]
    return [place for place in places if not (place.is_archived and call.arguments.flag("exclude_archived"))]


METHODS = {
    "conversations.info": Method(info, TIER_3, _READ, ("channel",)),
    "conversations.list": Method(list_all, TIER_2, _READ),
    "conversations.members": Method(members, TIER_4, _READ, ("channel",)),
    "conversations.open": Method(open_direct, TIER_3, ("im:write", "mpim:write")),
    "conversations.history": Method(history, TIER_3, _HISTORY, ("channel",)),
    "conversations.replies": Method(replies, TIER_3, _HISTORY, ("channel", "ts")),
    "conversations.join": Method(join, TIER_3, ("channels:join",), ("channel",)),
    "conversations.leave": Method(leave, TIER_3, ("channels:manage", "groups:write", "mpim:write"), ("channel",)),
    "users.conversations": Method(of_person, TIER_3, _READ),
}
