"""chat.*: the app writes, changes and takes back messages."""

from playground.people import Place
from playground.slack import messages
from playground.slack.access import visible, writable
from playground.slack.call import Call, Method
from playground.slack.content import LONGEST_UPDATE, read_content
from playground.slack.errors import SlackError
from playground.slack.rates import PER_CHANNEL, SPECIAL, TIER_3, TIER_4
from playground.slack.store import Json


def post_message(call: Call) -> Json:
    place = writable(call, call.arguments.text("channel"))
    call.world.rates.spend("chat.postMessage/channel", PER_CHANNEL, call.install.team, place.id)
    content = read_content(call.world, call.install.team, call.arguments)
    name = call.arguments.text("client_msg_id")
    if name and (message := messages.sent_as(call.world, call.install, place, name)):
        return {"channel": place.id, "ts": message["ts"], "message": message}
    thread = call.arguments.text("thread_ts") or None
    message = messages.post(call.world, place, messages.by_app(call.install), content, thread)
    if name:
        messages.name(call.world, call.install, place, message, name)
    return {"channel": place.id, "ts": message["ts"], "message": message}


def me_message(call: Call) -> Json:
    """A message in the third person; words alone."""
    place = writable(call, call.arguments.text("channel"))
    if len(call.arguments.text("text")) > LONGEST_UPDATE:
        raise SlackError("msg_too_long")
    content = {"text": call.arguments.text("text"), "subtype": "me_message"}
    message = messages.post(call.world, place, messages.by_app(call.install), content)
    return {"channel": place.id, "ts": message["ts"]}


def update(call: Call) -> Json:
    place, message = _own(call, "cant_update_message")
    if place.is_archived:
        raise SlackError("is_inactive")
    if len(call.arguments.text("text")) > LONGEST_UPDATE:
        raise SlackError("msg_too_long")
    content = read_content(call.world, call.install.team, call.arguments, too_long="msg_too_long")
    edited = messages.edit(call.world, place, message, content)
    return {"channel": place.id, "ts": message["ts"], "text": edited["text"], "message": edited}


def delete(call: Call) -> Json:
    place, message = _own(call, "cant_delete_message")
    messages.drop(call.world, place, message)
    return {"channel": place.id, "ts": message["ts"]}


def post_ephemeral(call: Call) -> Json:
    place = writable(call, call.arguments.text("channel"))
    reader = call.arguments.text("user")
    if reader not in place.members:
        raise SlackError("user_not_in_channel")
    if len(call.arguments.text("text")) > LONGEST_UPDATE:
        raise SlackError("msg_too_long")
    content = read_content(call.world, call.install.team, call.arguments, too_long="msg_too_long")
    thread = call.arguments.text("thread_ts") or None
    message = messages.whisper(call.world, place, reader, messages.by_app(call.install), content, thread)
    return {"message_ts": message["ts"]}


def get_permalink(call: Call) -> Json:
    place = visible(call, call.arguments.text("channel"))
    message = messages.find(call.world, place.id, call.arguments.text("message_ts"))
    return {"channel": place.id, "permalink": permalink(call, place, message)}


def permalink(call: Call, place: Place, message: Json) -> str:
    """The address of a message, as Slack writes them: `/archives/C.../p1764000000000100`."""
    link = f"{call.world.address}/archives/{place.id}/p{message['ts'].replace('.', '')}"
    parent = message.get("thread_ts")
    return f"{link}?thread_ts={parent}&cid={place.id}" if parent and parent != message["ts"] else link


def _own(call: Call, refusal: str) -> tuple[Place, Json]:
    place = visible(call, call.arguments.text("channel"))
    message = messages.find(call.world, place.id, call.arguments.text("ts"))
    if message.get("bot_id") != call.install.bot_id:
        raise SlackError(refusal)
    return place, message


METHODS = {
    "chat.postMessage": Method(post_message, SPECIAL, ("chat:write",), ("channel",)),
    "chat.meMessage": Method(me_message, TIER_3, ("chat:write",), ("channel", "text")),
    "chat.update": Method(update, TIER_3, ("chat:write",), ("channel", "ts")),
    "chat.delete": Method(delete, TIER_3, ("chat:write",), ("channel", "ts")),
    "chat.postEphemeral": Method(post_ephemeral, TIER_4, ("chat:write",), ("channel", "user")),
    "chat.getPermalink": Method(get_permalink, SPECIAL, (), ("channel", "message_ts")),
}
