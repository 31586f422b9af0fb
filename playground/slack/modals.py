"""Filling in a modal: what Slack checks itself, what the app answers."""

from playground.slack import attachments, interactions, views
from playground.slack.errors import SlackError
from playground.slack.gestures import outcome
from playground.slack.inputs import filled
from playground.slack.interactions import Actor
from playground.slack.store import Json

_NO_CONNECTION = "We had some trouble connecting. Try again?"


async def submit(actor: Actor, view: Json, values: Json) -> Json:
    """Refusals of Slack or of the app come back as `errors` by block id, and the modal stays."""
    view = filled(view, values)
    views.save(actor.world, view)
    errors = _missing(actor, view)
    if errors:
        return outcome(None) | {"ok": False, "error": "invalid_input", "errors": errors}
    payload = interactions.submission(actor, attachments.for_app(actor.world, view))
    delivery = await actor.world.courier.ask("interactive", "view_submission", payload)
    if delivery.error:
        return outcome(delivery) | {"note": _NO_CONNECTION}
    try:
        return outcome(delivery) | _follow(actor, view, delivery.ack or {})
    except SlackError as error:
        return outcome(delivery) | {"ok": False, "error": error.code, "note": _NO_CONNECTION}


async def close(actor: Actor, view: Json, everything: bool) -> Json:
    """The app hears of it only where the view asked for that."""
    last = None
    for gone in views.close(actor.world, view, everything):
        if gone["notify_on_close"]:
            payload = interactions.closing(actor, gone, everything)
            last = await actor.world.courier.ask("interactive", "view_closed", payload)
    return outcome(last) | {"ok": True, "error": None}


def _follow(actor: Actor, view: Json, ack: Json) -> Json:
    match ack.get("response_action"):
        case "errors":
            return {"ok": False, "error": "invalid_input", "errors": ack.get("errors", {})}
        case "update":
            views.replace(actor.world, actor.install, view, _next(actor, ack))
        case "push":
            views.push(actor.world, actor.install, actor.person.id, _next(actor, ack))
        case "clear":
            views.close(actor.world, view, everything=True)
        case _:
            views.close(actor.world, view)
    return {}


def _next(actor: Actor, ack: Json) -> Json:
    return views.checked(actor.world, actor.install.team, ack.get("view"), "modal")


def _missing(actor: Actor, view: Json) -> dict[str, str]:
    """What Slack's own client would not let through."""
    errors = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        state = view["state"]["values"][block["block_id"]][element["action_id"]]
        value = next(value for name, value in state.items() if name != "type")
        sentence = _complaint(element, value, bool(block.get("optional")))
        if value and element["type"] == "file_input":
            sentence = attachments.complaint(actor.world, actor.person, element, [str(key) for key in value])
        if sentence:
            errors[block["block_id"]] = sentence
    return errors


def _complaint(element: Json, value: object, optional: bool) -> str | None:
    if value in (None, "", []):
        return None if optional else "Please complete this required field."
    if element["type"] == "number_input":
        return _number_complaint(element, str(value))
    if isinstance(value, str) and len(value) > element.get("max_length", len(value)):
        return f"Please enter no more than {element['max_length']} characters."
    if isinstance(value, str) and len(value) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    return None


def _number_complaint(element: Json, value: str) -> str | None:
    try:
        number = float(value)
    except ValueError:
        return "Please enter a number."
    if not element.get("is_decimal_allowed", True) and not number.is_integer():
        return "Please enter a whole number."
    if number < float(element.get("min_value", number)):
        return f"Please enter at least {element['min_value']}."
    if number > float(element.get("max_value", number)):
        return f"Please enter at most {element['max_value']}."
    return None
