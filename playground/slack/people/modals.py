"""Submitting a modal: Slack's own checks, and the app's response."""

from playground.slack.block_kit.elements import with_values
from playground.slack.core.errors import SlackError
from playground.slack.core.store import Json
from playground.slack.people.actions import outcome
from playground.slack.workspace import attachments, interactions, views
from playground.slack.workspace.interactions import Actor

_NO_CONNECTION = "We had some trouble connecting. Try again?"


async def submit(actor: Actor, view: Json, values: Json) -> Json:
    """Submit a modal; errors of Slack or of the app are in `errors` by block id, and the modal stays open."""
    view = with_values(view, values)
    views.save_view(actor.workspace, view)
    errors = _validation_errors(actor, view)
    if errors:
        return outcome(None) | {"ok": False, "error": "invalid_input", "errors": errors}
    payload = interactions.view_submission(actor, attachments.with_file_objects(actor.workspace, view))
    delivery = await actor.workspace.dispatcher.deliver("interactive", "view_submission", payload)
    if delivery.error:
        return outcome(delivery) | {"note": _NO_CONNECTION}
    try:
        return outcome(delivery) | _apply_response_action(actor, view, delivery.ack or {})
    except SlackError as error:
        return outcome(delivery) | {"ok": False, "error": error.code, "note": _NO_CONNECTION}


async def close(actor: Actor, view: Json, whole_stack: bool) -> Json:
    """Close a modal; the app gets `view_closed` only if the view asked for it."""
    delivery = None
    for closed in views.close_view(actor.workspace, view, whole_stack):
        if closed["notify_on_close"]:
            payload = interactions.view_closed(actor, closed, whole_stack)
            delivery = await actor.workspace.dispatcher.deliver("interactive", "view_closed", payload)
    return outcome(delivery) | {"ok": True, "error": None}


def _apply_response_action(actor: Actor, view: Json, ack: Json) -> Json:
    match ack.get("response_action"):
        case "errors":
            return {"ok": False, "error": "invalid_input", "errors": ack.get("errors", {})}
        case "update":
            views.replace_view(actor.workspace, actor.install, view, _next_view(actor, ack))
        case "push":
            views.push_modal(actor.workspace, actor.install, actor.person.id, _next_view(actor, ack))
        case "clear":
            views.close_view(actor.workspace, view, whole_stack=True)
        case _:
            views.close_view(actor.workspace, view)
    return {}


def _next_view(actor: Actor, ack: Json) -> Json:
    return views.validate_view(actor.workspace, actor.install.team, ack.get("view"), "modal")


def _validation_errors(actor: Actor, view: Json) -> dict[str, str]:
    """Return the errors that Slack's client reports itself."""
    errors = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        state = view["state"]["values"][block["block_id"]][element["action_id"]]
        value = next(value for name, value in state.items() if name != "type")
        error = _validation_error(element, value, bool(block.get("optional")))
        if value and element["type"] == "file_input":
            error = attachments.validation_error(actor.workspace, actor.person, element, [str(key) for key in value])
        if error:
            errors[block["block_id"]] = error
    return errors


def _validation_error(element: Json, value: object, optional: bool) -> str | None:
    if value in (None, "", []):
        return None if optional else "Please complete this required field."
    if element["type"] == "number_input":
        return _number_error(element, str(value))
    if isinstance(value, str) and len(value) > element.get("max_length", len(value)):
        return f"Please enter no more than {element['max_length']} characters."
    if isinstance(value, str) and len(value) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    return None


def _number_error(element: Json, value: str) -> str | None:
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
