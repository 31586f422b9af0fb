"""What a person does in Slack, and what Slack then shows that person."""

import secrets

from playground.people import SLACKBOT, Place
from playground.slack import attachments, events, interactions, messages, reactions, views
from playground.slack.arguments import Arguments
from playground.slack.courier import Delivery
from playground.slack.errors import DoorError, SlackError
from playground.slack.inputs import elements, entered, filled
from playground.slack.interactions import Actor
from playground.slack.response_urls import say as answer_privately
from playground.slack.store import Json
from playground.slack.typed import encoded, rich_text, spelled
from playground.slack.validator import check_options

# docs.slack.dev, "Select menu of external data source": characters before the app is asked, unless told.
_USUAL_QUERY = 3
_NO_RESPONSE = "The app did not respond. Try again in a moment."


async def command(actor: Actor, place: Place, name: str, text: str) -> Json:
    """Types a slash command; what goes wrong is told by Slackbot."""
    _must_be_in(actor, place)
    if not actor.install.active or name not in {known.command for known in actor.install.commands}:
        return _failed(actor, place, "invalid_command", f"{name} is not a valid command.")
    payload = interactions.slash_command(actor, place, name, spelled(actor.world, place.team, text.strip()))
    delivery = await actor.world.courier.ask("slash_commands", name, payload)
    if not delivery.error and delivery.ack:
        try:
            answer_privately(actor.world, place, actor.person.id, Arguments(delivery.ack))
        except SlackError as error:
            delivery.error = error.code
    if delivery.error:
        note = f'{name} failed with the error "{delivery.error}"'
        return outcome(delivery) | _failed(actor, place, delivery.error, note)
    return outcome(delivery)


async def say(actor: Actor, place: Place, text: str, thread_ts: str | None) -> Json:
    """Posts a message; one that names the app sends it `app_mention`."""
    _must_be_in(actor, place)
    written = encoded(actor.world, place.team, text)
    content: Json = {"text": written, "blocks": rich_text(written), "client_msg_id": secrets.token_hex(16)}
    author = messages.by_person(actor.person.id, place.team)
    message = messages.post(actor.world, place, author, content, thread_ts)
    named = f"<@{actor.install.bot}>" in written
    delivery = events.mention(actor.world, place, message) if named else None
    return await _told(actor, delivery) | {"ts": message["ts"]}


async def mention(actor: Actor, place: Place, text: str, thread_ts: str | None) -> Json:
    bot = actor.install.bot
    written = encoded(actor.world, place.team, text)
    return await say(actor, place, text if f"<@{bot}>" in written else f"<@{bot}> {text}", thread_ts)


async def react(actor: Actor, place: Place, ts: str, name: str, remove: bool) -> Json:
    """What Slack refuses is an error of the outcome, not of the call."""
    _must_be_in(actor, place)
    try:
        change = reactions.remove if remove else reactions.add
        message = change(actor.world, place, ts, name, actor.person.id)
    except SlackError as error:
        return outcome(None) | {"ok": False, "error": error.code}
    delivery = events.reaction(actor.world, place, message, name, actor.person.id, not remove)
    return await _told(actor, delivery) | {"ts": ts}


async def click(actor: Actor, place: Place, ts: str, wanted: Json) -> Json:
    """Acts on an element of a message or of an ephemeral."""
    message = actor.world.store.message(place.id, ts) or actor.world.store.ephemeral(place.id, ts, actor.person.id)
    if message is None or actor.person.id not in actor.world.readers(place):
        raise DoorError("message_not_found", f"no message {ts} for {actor.person.name} in {place.id}", 404)
    block, element = _element(actor, message.get("blocks", []), wanted)
    if "confirm" in element and not wanted.get("confirm", True):
        return outcome(None) | {"confirm": element["confirm"]}
    shown = message if message.get("is_ephemeral") else messages.shown(actor.world, place.id, message)
    payload = interactions.click_in_message(actor, place, shown, _action(actor, block, element, wanted))
    return _worded(await actor.world.courier.ask("interactive", "block_actions", payload))


async def click_in_view(actor: Actor, view: Json, wanted: Json, values: Json) -> Json:
    """Acts on an element of a modal or of the home tab; that and `values`, what else stands in it by then, stay."""
    view = filled(view, values)
    block, element = _element(actor, view["blocks"], wanted)
    if "confirm" in element and not wanted.get("confirm", True):
        return outcome(None) | {"confirm": element["confirm"]}
    state = view["state"]["values"]
    if element["action_id"] in state.get(block, {}):
        state[block][element["action_id"]] = entered(element, wanted.get("value"))
        views.save(actor.world, view)
    seen = attachments.for_app(actor.world, view)
    payload = interactions.click_in_view(actor, seen, _action(actor, block, element, wanted))
    return _worded(await actor.world.courier.ask("interactive", "block_actions", payload))


async def suggest(actor: Actor, view: Json, wanted: Json) -> Json:
    """Types into a menu whose options the app knows; `options` are those it would offer, none while too little is
    typed."""
    block, element = _element(actor, view["blocks"], wanted)
    if not element["type"].endswith("external_select"):
        raise DoorError("no_such_element", f"{element['action_id']} has its own options", 404)
    typed = str(wanted.get("value") or "")
    if len(typed) < element.get("min_query_length", _USUAL_QUERY):
        return outcome(None) | {"options": []}
    payload = interactions.suggestion(actor, view, block, element["action_id"], typed)
    delivery = await actor.world.courier.ask("interactive", "block_suggestion", payload)
    ack = delivery.ack or {}
    offered = [o for group in ack.get("option_groups", []) for o in group["options"]] + ack.get("options", [])
    if not delivery.error and (problems := check_options(offered)):
        delivery.error = "invalid_options"
        return outcome(delivery) | {"options": [], "detail": "; ".join(problems)}
    return _worded(delivery) | {"options": [] if delivery.error else offered}


async def shortcut(actor: Actor, callback_id: str, place: Place | None, ts: str) -> Json:
    if place is None:
        payload = interactions.global_shortcut(actor, callback_id)
    else:
        found = messages.find(actor.world, place.id, ts)
        message = messages.shown(actor.world, place.id, found)
        payload = interactions.message_shortcut(actor, place, message, callback_id)
    return _worded(await actor.world.courier.ask("interactive", payload["type"], payload))


async def open_home(actor: Actor, tab: str, place: Place) -> Json:
    """Opens the app's page; what it published by the time it acknowledged is in `view`."""
    world, person = actor.world, actor.person.id
    delivery = events.home_opened(world, actor.install, person, place.id, tab, views.home(world, person))
    told = await _told(actor, delivery)
    return told | {"view": views.home(world, person)}


async def invite(actor: Actor, place: Place, guest: str) -> Json:
    _must_be_in(actor, place)
    if guest in place.members:
        return outcome(None) | {"ok": False, "error": "already_in_channel"}
    joined = actor.world.join(place, guest)
    return await _told(actor, events.member_joined(actor.world, joined, guest, actor.person.id))


def outcome(delivery: Delivery | None) -> Json:
    """What every gesture answers."""
    if delivery is None:
        return {"ok": True, "ack_ms": None, "ack": None, "error": None, "note": None, "ts": None}
    shown = {"ack_ms": delivery.ack_ms, "ack": delivery.ack, "error": delivery.error}
    return {"ok": delivery.error is None, **shown, "note": None, "ts": None}


def _worded(delivery: Delivery) -> Json:
    return outcome(delivery) | {"note": _NO_RESPONSE if delivery.error else None}


async def _told(actor: Actor, delivery: Delivery | None) -> Json:
    if delivery is None:
        return outcome(None)
    await actor.world.courier.settled(delivery)
    return outcome(delivery) | {"ok": True, "error": None}


def _failed(actor: Actor, place: Place, error: str, note: str) -> Json:
    author = messages.by_person(SLACKBOT, place.team)
    shown = messages.whisper(actor.world, place, actor.person.id, author, {"text": note})
    return {"ok": False, "error": error, "note": note, "ts": shown["ts"]}


def _must_be_in(actor: Actor, place: Place) -> None:
    if actor.person.id not in place.members:
        raise DoorError("not_in_channel", f"{actor.person.name} is not in {place.name or place.id}", 403)


def _element(actor: Actor, blocks: list[Json], wanted: Json) -> tuple[str, Json]:
    for block, element in elements(blocks):
        hidden = actor.person.id not in element.get("visible_to_user_ids", [actor.person.id])
        if element["action_id"] != wanted.get("action_id") or hidden:
            continue
        if wanted.get("block_id") in (None, block):
            return block, element
    raise DoorError("no_such_element", f"no {wanted.get('action_id')!r} is shown to {actor.person.name}", 404)


def _action(actor: Actor, block: str, element: Json, wanted: Json) -> Json:
    action = {"action_id": element["action_id"], "block_id": block, "action_ts": actor.world.store.stamp()}
    for name in ("text", "style"):
        if name in element:
            action[name] = element[name]
    return action | entered(element, wanted.get("value"))
