"""views.*: modals and home tabs."""

from playground.slack.core.errors import SlackError
from playground.slack.core.rate_limits import TIER_4
from playground.slack.core.store import Json
from playground.slack.workspace import views
from playground.slack.workspace.api_call import ApiCall, ApiMethod


def open_view(call: ApiCall) -> Json:
    view = views.validate_view(call.workspace, call.install.team, _view(call), "modal")
    person = _take_trigger(call)
    return _response(views.open_modal(call.workspace, call.install, person, view))


def push(call: ApiCall) -> Json:
    view = views.validate_view(call.workspace, call.install.team, _view(call), "modal")
    person = _take_trigger(call)
    return _response(views.push_modal(call.workspace, call.install, person, view))


def update(call: ApiCall) -> Json:
    key, external_id = call.arguments.text("view_id"), call.arguments.text("external_id")
    expected_hash = call.arguments.text("hash")
    return _response(views.update_view(call.workspace, call.install, key, external_id, _view(call), expected_hash))


def publish(call: ApiCall) -> Json:
    person = call.workspace.member(call.install.team, call.arguments.text("user_id"))
    if person is None:
        raise SlackError("invalid_arguments", ("invalid user_id",))
    view = views.validate_view(call.workspace, call.install.team, _view(call), "home")
    return _response(views.publish_home(call.workspace, call.install, person.id, view, call.arguments.text("hash")))


def _take_trigger(call: ApiCall) -> str:
    """Redeem a trigger of the token's own workspace; return its person."""
    return call.workspace.trigger_ids.redeem(call.arguments.text("trigger_id"), call.install.team)


def _view(call: ApiCall) -> object:
    return call.arguments.json_value("view", "invalid_arguments")


def _response(view: Json) -> Json:
    return {"view": views.to_view_object(view)}


METHODS = {
    "views.open": ApiMethod(open_view, TIER_4, (), ("trigger_id", "view")),
    "views.push": ApiMethod(push, TIER_4, (), ("trigger_id", "view")),
    "views.update": ApiMethod(update, TIER_4, (), ("view",)),
    "views.publish": ApiMethod(publish, TIER_4, (), ("user_id", "view")),
}
