"""Actions of a person in Slack, and what Slack then shows them."""

import secrets

from playground.seed_data import SLACKBOT, Place
from playground.slack.block_kit.elements import element_value, interactive_elements, with_values
from playground.slack.block_kit.validator import check_options
from playground.slack.core.errors import ControlError, SlackError
from playground.slack.core.store import Json
from playground.slack.delivery.dispatcher import Delivery
from playground.slack.workspace import attachments, events, interactions, messages, reactions, views
from playground.slack.workspace.arguments import Arguments
from playground.slack.workspace.interactions import Actor
from playground.slack.workspace.response_urls import post_response
from playground.slack.workspace.typed_text import encode_command_text, encode_mentions, rich_text_blocks

# docs.slack.dev, "Select menu of external data source": default number of characters before Slack asks the app.
_DEFAULT_MIN_QUERY = 3
_NO_RESPONSE = "The app did not respond. Try again in a moment."


async def run_command(actor: Actor, place: Place, name: str, text: str) -> Json:
    """Send a slash command; Slackbot reports a failure."""
    _require_member(actor, place)
    if actor.person.home or not actor.install.active or name not in {known.command for known in actor.install.commands}:
        return _slackbot_error(actor, place, "invalid_command", f"{name} is not a valid command.")
    payload = interactions.slash_command(
        actor, place, name, encode_command_text(actor.workspace, place.team, text.strip())
    )
    delivery = await actor.workspace.dispatcher.deliver("slash_commands", name, payload)
    if not delivery.error and delivery.ack:
        try:
            post_response(actor.workspace, place, actor.person.id, Arguments(delivery.ack))
        except SlackError as error:
            delivery.error = error.code
    if delivery.error:
        note = f'{name} failed with the error "{delivery.error}"'
        return outcome(delivery) | _slackbot_error(actor, place, delivery.error, note)
    return outcome(delivery)


async def post_message(
    actor: Actor, place: Place, text: str, thread_ts: str | None, attachments: list[Json] | None = None
) -> Json:
    """Post a message; a mention of the app sends it `app_mention`."""
    _require_member(actor, place)
    encoded_text = encode_mentions(actor.workspace, place.team, text)
    content: Json = {
        "text": encoded_text,
        "blocks": rich_text_blocks(encoded_text),
        "client_msg_id": secrets.token_hex(16),
    }
    if attachments:
        content["attachments"] = attachments
    author = messages.author_of(actor.person)
    message = messages.post_message(actor.workspace, place, author, content, thread_ts)
    mentions_app = f"<@{actor.install.bot}>" in encoded_text
    delivery = events.send_app_mention(actor.workspace, place, message) if mentions_app else None
    return await _event_outcome(actor, delivery) | {"ts": message["ts"]}


async def mention_app(
    actor: Actor, place: Place, text: str, thread_ts: str | None, attachments: list[Json] | None = None
) -> Json:
    bot = actor.install.bot
    encoded_text = encode_mentions(actor.workspace, place.team, text)
    text = text if f"<@{bot}>" in encoded_text else f"<@{bot}> {text}"
    return await post_message(actor, place, text, thread_ts, attachments)


async def react(actor: Actor, place: Place, ts: str, name: str, remove: bool) -> Json:
    """Add or remove a reaction; Slack's refusal is an error in the outcome."""
    _require_member(actor, place)
    try:
        change = reactions.remove if remove else reactions.add
        message = change(actor.workspace, place, ts, name, actor.person.id)
    except SlackError as error:
        return outcome(None) | {"ok": False, "error": error.code}
    delivery = events.send_reaction(actor.workspace, place, message, name, actor.person.id, not remove)
    return await _event_outcome(actor, delivery) | {"ts": ts}


async def click(actor: Actor, place: Place, ts: str, selector: Json) -> Json:
    """Act on an element of a message or an ephemeral."""
    message = actor.workspace.store.get_message(place.id, ts) or actor.workspace.store.get_ephemeral(
        place.id, ts, actor.person.id
    )
    if message is None or actor.person.id not in actor.workspace.reader_ids(place):
        raise ControlError("message_not_found", f"no message {ts} for {actor.person.name} in {place.id}", 404)
    block, element = _find_element(actor, message.get("blocks", []), selector)
    if "confirm" in element and not selector.get("confirm", True):
        return outcome(None) | {"confirm": element["confirm"]}
    message_object = (
        message if message.get("is_ephemeral") else messages.to_message_object(actor.workspace, place.id, message)
    )
    payload = interactions.message_block_actions(
        actor, place, message_object, _action_payload(actor, block, element, selector)
    )
    return _interaction_outcome(await actor.workspace.dispatcher.deliver("interactive", "block_actions", payload))


async def click_in_view(actor: Actor, view: Json, selector: Json, values: Json) -> Json:
    """Act on an element of a modal or a home tab; the state keeps it and `values`, the other fields."""
    view = with_values(view, values)
    block, element = _find_element(actor, view["blocks"], selector)
    if "confirm" in element and not selector.get("confirm", True):
        return outcome(None) | {"confirm": element["confirm"]}
    state = view["state"]["values"]
    if element["action_id"] in state.get(block, {}):
        state[block][element["action_id"]] = element_value(element, selector.get("value"))
        views.save_view(actor.workspace, view)
    app_view = attachments.with_file_objects(actor.workspace, view)
    payload = interactions.view_block_actions(actor, app_view, _action_payload(actor, block, element, selector))
    return _interaction_outcome(await actor.workspace.dispatcher.deliver("interactive", "block_actions", payload))


async def suggest_options(actor: Actor, view: Json, selector: Json) -> Json:
    """Type into an external select; `options` are the app's, none below the minimum length."""
    block, element = _find_element(actor, view["blocks"], selector)
    if not element["type"].endswith("external_select"):
        raise ControlError("no_such_element", f"{element['action_id']} has its own options", 404)
    query = str(selector.get("value") or "")
    if len(query) < element.get("min_query_length", _DEFAULT_MIN_QUERY):
        return outcome(None) | {"options": []}
    payload = interactions.block_suggestion(actor, view, block, element["action_id"], query)
    delivery = await actor.workspace.dispatcher.deliver("interactive", "block_suggestion", payload)
    ack = delivery.ack or {}
    options = [o for group in ack.get("option_groups", []) for o in group["options"]] + ack.get("options", [])
    if not delivery.error and (problems := check_options(options)):
        delivery.error = "invalid_options"
        return outcome(delivery) | {"options": [], "detail": "; ".join(problems)}
    return _interaction_outcome(delivery) | {"options": [] if delivery.error else options}


async def use_shortcut(actor: Actor, callback_id: str, place: Place | None, ts: str) -> Json:
    if place is None:
        payload = interactions.global_shortcut(actor, callback_id)
    else:
        stored = messages.find_message(actor.workspace, place.id, ts)
        message = messages.to_message_object(actor.workspace, place.id, stored)
        payload = interactions.message_shortcut(actor, place, message, callback_id)
    return _interaction_outcome(await actor.workspace.dispatcher.deliver("interactive", payload["type"], payload))


async def open_home(actor: Actor, tab: str, place: Place) -> Json:
    """Open the app's home; `view` is what it published by the time of its ack."""
    workspace, person = actor.workspace, actor.person.id
    delivery = events.send_app_home_opened(
        workspace, actor.install, person, place.id, tab, views.home_view(workspace, person)
    )
    result = await _event_outcome(actor, delivery)
    return result | {"view": views.home_view(workspace, person)}


async def invite(actor: Actor, place: Place, invited: str) -> Json:
    _require_member(actor, place)
    if invited in place.members:
        return outcome(None) | {"ok": False, "error": "already_in_channel"}
    updated = actor.workspace.join(place, invited)
    return await _event_outcome(actor, events.send_member_joined(actor.workspace, updated, invited, actor.person.id))


def outcome(delivery: Delivery | None) -> Json:
    """Return the response of every action."""
    if delivery is None:
        return {"ok": True, "ack_ms": None, "ack": None, "error": None, "note": None, "ts": None}
    fields = {"ack_ms": delivery.ack_ms, "ack": delivery.ack, "error": delivery.error}
    return {"ok": delivery.error is None, **fields, "note": None, "ts": None}


def _interaction_outcome(delivery: Delivery) -> Json:
    return outcome(delivery) | {"note": _NO_RESPONSE if delivery.error else None}


async def _event_outcome(actor: Actor, delivery: Delivery | None) -> Json:
    if delivery is None:
        return outcome(None)
    await actor.workspace.dispatcher.wait_for_outcome(delivery)
    return outcome(delivery) | {"ok": True, "error": None}


def _slackbot_error(actor: Actor, place: Place, error: str, note: str) -> Json:
    author = messages.person_author(SLACKBOT, place.team)
    message = messages.post_ephemeral(actor.workspace, place, actor.person.id, author, {"text": note})
    return {"ok": False, "error": error, "note": note, "ts": message["ts"]}


def _require_member(actor: Actor, place: Place) -> None:
    if actor.person.id not in place.members:
        raise ControlError("not_in_channel", f"{actor.person.name} is not in {place.name or place.id}", 403)


def _find_element(actor: Actor, blocks: list[Json], selector: Json) -> tuple[str, Json]:
    """Return the block id and the element that the person sees and acts on.

    A block without an id of its own gets a new one from each update. So a click on the version before, which the page
    still showed, acts on the element with the same action id.
    """
    block_ids = {str(block.get("block_id")) for block in blocks}
    clicked_block = selector.get("block_id") if selector.get("block_id") in block_ids else None
    for block, element in interactive_elements(blocks):
        is_hidden = actor.person.id not in element.get("visible_to_user_ids", [actor.person.id])
        if element["action_id"] == selector.get("action_id") and not is_hidden and clicked_block in (None, block):
            return block, element
    raise ControlError("no_such_element", f"no {selector.get('action_id')!r} is shown to {actor.person.name}", 404)


def _action_payload(actor: Actor, block: str, element: Json, selector: Json) -> Json:
    action = {"action_id": element["action_id"], "block_id": block, "action_ts": actor.workspace.store.new_ts()}
    for name in ("text", "style"):
        if name in element:
            action[name] = element[name]
    return action | element_value(element, selector.get("value"))
