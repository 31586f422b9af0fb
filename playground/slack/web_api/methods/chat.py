"""chat.*: the app posts, changes and deletes messages."""

from playground.seed_data import Place
from playground.slack.core.errors import SlackError
from playground.slack.core.rate_limits import PER_CHANNEL, SPECIAL, TIER_3, TIER_4
from playground.slack.core.store import Json
from playground.slack.workspace import messages
from playground.slack.workspace.access import get_visible_place, get_writable_place
from playground.slack.workspace.api_call import ApiCall, ApiMethod
from playground.slack.workspace.message_content import MAX_UPDATE_LENGTH, read_content


def post_message(call: ApiCall) -> Json:
    place = get_writable_place(call, call.arguments.text("channel"))
    call.workspace.rate_limiter.consume("chat.postMessage/channel", PER_CHANNEL, call.install.team, place.id)
    content = read_content(call.workspace, call.install.team, call.arguments)
    client_msg_id = call.arguments.text("client_msg_id")
    if client_msg_id and (
        message := messages.find_by_client_msg_id(call.workspace, call.install, place, client_msg_id)
    ):
        return {"channel": place.id, "ts": message["ts"], "message": message}
    thread = call.arguments.text("thread_ts") or None
    message = messages.post_message(call.workspace, place, messages.app_author(call.install), content, thread)
    if client_msg_id:
        messages.remember_client_msg_id(call.workspace, call.install, place, message, client_msg_id)
    return {"channel": place.id, "ts": message["ts"], "message": message}


def me_message(call: ApiCall) -> Json:
    """Post a message in the third person, with text only."""
    place = get_writable_place(call, call.arguments.text("channel"))
    if len(call.arguments.text("text")) > MAX_UPDATE_LENGTH:
        raise SlackError("msg_too_long")
    content = {"text": call.arguments.text("text"), "subtype": "me_message"}
    message = messages.post_message(call.workspace, place, messages.app_author(call.install), content)
    return {"channel": place.id, "ts": message["ts"]}


def update(call: ApiCall) -> Json:
    place, message = _own_message(call, "cant_update_message")
    if place.is_archived:
        raise SlackError("is_inactive")
    if len(call.arguments.text("text")) > MAX_UPDATE_LENGTH:
        raise SlackError("msg_too_long")
    content = read_content(call.workspace, call.install.team, call.arguments, too_long_code="msg_too_long")
    edited = messages.edit_message(call.workspace, place, message, content)
    return {"channel": place.id, "ts": message["ts"], "text": edited["text"], "message": edited}


def delete(call: ApiCall) -> Json:
    place, message = _own_message(call, "cant_delete_message")
    messages.delete_message(call.workspace, place, message)
    return {"channel": place.id, "ts": message["ts"]}


def post_ephemeral(call: ApiCall) -> Json:
    place = get_writable_place(call, call.arguments.text("channel"))
    reader = call.arguments.text("user")
    if reader not in place.members:
        raise SlackError("user_not_in_channel")
    if len(call.arguments.text("text")) > MAX_UPDATE_LENGTH:
        raise SlackError("msg_too_long")
    content = read_content(call.workspace, call.install.team, call.arguments, too_long_code="msg_too_long")
    thread = call.arguments.text("thread_ts") or None
    message = messages.post_ephemeral(call.workspace, place, reader, messages.app_author(call.install), content, thread)
    return {"message_ts": message["ts"]}


def get_permalink(call: ApiCall) -> Json:
    place = get_visible_place(call, call.arguments.text("channel"))
    message = messages.find_message(call.workspace, place.id, call.arguments.text("message_ts"))
    return {"channel": place.id, "permalink": permalink(call, place, message)}


def permalink(call: ApiCall, place: Place, message: Json) -> str:
    """Return a message's URL in Slack's format: `/archives/C.../p1764000000000100`."""
    link = f"{call.workspace.address}/archives/{place.id}/p{message['ts'].replace('.', '')}"
    parent = message.get("thread_ts")
    return f"{link}?thread_ts={parent}&cid={place.id}" if parent and parent != message["ts"] else link


def _own_message(call: ApiCall, error_code: str) -> tuple[Place, Json]:
    place = get_visible_place(call, call.arguments.text("channel"))
    message = messages.find_message(call.workspace, place.id, call.arguments.text("ts"))
    if message.get("bot_id") != call.install.bot_id:
        raise SlackError(error_code)
    return place, message


METHODS = {
    "chat.postMessage": ApiMethod(post_message, SPECIAL, ("chat:write",), ("channel",)),
    "chat.meMessage": ApiMethod(me_message, TIER_3, ("chat:write",), ("channel", "text")),
    "chat.update": ApiMethod(update, TIER_3, ("chat:write",), ("channel", "ts")),
    "chat.delete": ApiMethod(delete, TIER_3, ("chat:write",), ("channel", "ts")),
    "chat.postEphemeral": ApiMethod(post_ephemeral, TIER_4, ("chat:write",), ("channel", "user")),
    "chat.getPermalink": ApiMethod(get_permalink, SPECIAL, (), ("channel", "message_ts")),
}
