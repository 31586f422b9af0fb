"""conversations.* and users.conversations: channels and their members."""

from playground.seed_data import Place
from playground.slack.core.errors import SlackError
from playground.slack.core.rate_limits import TIER_2, TIER_3, TIER_4
from playground.slack.core.store import Json
from playground.slack.web_api.pagination import paginate
from playground.slack.workspace import messages
from playground.slack.workspace.access import (
    get_joined_place,
    get_visible_place,
    open_direct_message,
    require_history_scope,
    require_read_scope,
    require_user,
)
from playground.slack.workspace.api_call import ApiCall, ApiMethod

_KINDS = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}
_SCOPES = {"public": "channels:read", "private": "groups:read", "im": "im:read", "mpim": "mpim:read"}
_READ = tuple(_SCOPES.values())
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")


def info(call: ApiCall) -> Json:
    place = get_visible_place(call, call.arguments.text("channel"))
    require_read_scope(call, place)
    channel = to_conversation_object(call, place)
    if call.arguments.flag("include_num_members"):
        channel["num_members"] = len(place.members)
    return {"channel": channel}


def list_all(call: ApiCall) -> Json:
    found = [place for place in _requested_places(call) if place.kind == "public" or call.install.bot in place.members]
    return paginate(call.arguments, "channels", [to_conversation_object(call, place) for place in found])


def list_for_user(call: ApiCall) -> Json:
    """Return the channels of a person; private ones only if the app is a member."""
    user_id = require_user(call, call.arguments.text("user", call.install.bot)).id
    found = [place for place in _requested_places(call) if user_id in place.members]
    visible_places = [place for place in found if place.kind == "public" or call.install.bot in place.members]
    return paginate(call.arguments, "channels", [to_conversation_object(call, place) for place in visible_places])


def members(call: ApiCall) -> Json:
    place = get_visible_place(call, call.arguments.text("channel"))
    require_read_scope(call, place)
    return paginate(call.arguments, "members", place.members)


def open_conversation(call: ApiCall) -> Json:
    people = call.arguments.string_list("users")
    if not people:
        raise SlackError("users_list_not_supplied")
    if len(people) > 1:
        raise SlackError("method_not_supported_for_channel_type")
    person = require_user(call, people[0])
    if person.deleted:
        raise SlackError("user_disabled")
    place = open_direct_message(call, person.id)
    return {"channel": to_conversation_object(call, place) if call.arguments.flag("return_im") else {"id": place.id}}


def history(call: ApiCall) -> Json:
    place = get_joined_place(call, call.arguments.text("channel"))
    require_history_scope(call, place)
    limit = call.arguments.number("limit", 100, 1000)
    latest, oldest = call.arguments.text("latest") or None, call.arguments.text("oldest")
    before = call.arguments.text("cursor") or latest
    rows = call.workspace.store.list_messages(place.id, limit + 1, before, oldest)
    page = [messages.to_message_object(call.workspace, place.id, row) for row in rows[:limit]]
    has_more = len(rows) > limit
    response_metadata = {"next_cursor": page[-1]["ts"] if has_more else ""}
    return {"messages": page, "has_more": has_more, "pin_count": 0, "response_metadata": response_metadata}


def replies(call: ApiCall) -> Json:
    place = get_joined_place(call, call.arguments.text("channel"))
    require_history_scope(call, place)
    parent = call.workspace.store.get_message(place.id, call.arguments.text("ts"))
    if parent is None:
        raise SlackError("thread_not_found")
    thread = messages.list_replies(call.workspace, place.id, parent["ts"])
    page = paginate(
        call.arguments,
        "messages",
        [messages.to_message_object(call.workspace, place.id, parent), *thread],
        default_limit=1000,
    )
    return page | {"has_more": bool(page["response_metadata"]["next_cursor"])}


def join(call: ApiCall) -> Json:
    place = get_visible_place(call, call.arguments.text("channel"))
    if place.kind != "public":
        raise SlackError("method_not_supported_for_channel_type")
    if place.is_archived:
        raise SlackError("is_archived")
    if call.install.bot in place.members:
        return {"channel": to_conversation_object(call, place), "warning": "already_in_channel"}
    return {"channel": to_conversation_object(call, call.workspace.join(place, call.install.bot))}


def leave(call: ApiCall) -> Json:
    place = get_visible_place(call, call.arguments.text("channel"))
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
    call.workspace.leave(place, call.install.bot)
    return {}


def to_conversation_object(call: ApiCall, place: Place) -> Json:
    """Build a conversation object."""
    channel: Json = {
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
        user_id = next(member for member in place.members if member != call.install.bot)
        person = call.workspace.person(user_id)
        return channel | {"user": user_id, "is_user_deleted": bool(person and person.deleted), "is_open": True}
    connected = call.workspace.connected_homes(place)
    return channel | {
        "name": place.name,
        "name_normalized": place.name,
        "is_general": place.name == "general",
        "is_member": call.install.bot in place.members,
        "is_shared": bool(connected),
        "is_ext_shared": bool(connected),
        "connected_team_ids": connected,
        "topic": {"value": place.topic, "creator": "", "last_set": 0},
        "purpose": {"value": place.purpose, "creator": "", "last_set": 0},
    }


def _requested_places(call: ApiCall) -> list[Place]:
    kinds = call.arguments.string_list("types") or ["public_channel"]
    if any(kind not in _KINDS for kind in kinds):
        raise SlackError("invalid_types")
    requested = {_KINDS[kind] for kind in kinds}
    missing = [_SCOPES[kind] for kind in sorted(requested) if _SCOPES[kind] not in call.install.scopes]
    if missing:
        raise SlackError("missing_scope", needed=",".join(missing), provided=",".join(call.install.scopes))
    places = [place for place in call.workspace.places(call.install.team) if place.kind in requested]
    return [place for place in places if not (place.is_archived and call.arguments.flag("exclude_archived"))]


METHODS = {
    "conversations.info": ApiMethod(info, TIER_3, _READ, ("channel",)),
    "conversations.list": ApiMethod(list_all, TIER_2, _READ),
    "conversations.members": ApiMethod(members, TIER_4, _READ, ("channel",)),
    "conversations.open": ApiMethod(open_conversation, TIER_3, ("im:write", "mpim:write")),
    "conversations.history": ApiMethod(history, TIER_3, _HISTORY, ("channel",)),
    "conversations.replies": ApiMethod(replies, TIER_3, _HISTORY, ("channel", "ts")),
    "conversations.join": ApiMethod(join, TIER_3, ("channels:join",), ("channel",)),
    "conversations.leave": ApiMethod(leave, TIER_3, ("channels:manage", "groups:write", "mpim:write"), ("channel",)),
    "users.conversations": ApiMethod(list_for_user, TIER_3, _READ),
}
