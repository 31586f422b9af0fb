"""views.*: modals and home tabs."""

from playground.slack import views
from playground.slack.call import Call, Method
from playground.slack.errors import SlackError
from playground.slack.rates import TIER_4
from playground.slack.store import Json


def open_view(call: Call) -> Json:
    view = views.checked(call.world, call.install.team, _view(call), "modal")
    person = _presser(call)
    return _answer(views.open_modal(call.world, call.install, person, view))


def push(call: Call) -> Json:
    view = views.checked(call.world, call.install.team, _view(call), "modal")
    person = _presser(call)
    return _answer(views.push(call.world, call.install, person, view))


def update(call: Call) -> Json:
    key, external = call.arguments.text("view_id"), call.arguments.text("external_id")
    known = call.arguments.text("hash")
    return _answer(views.update(call.world, call.install, key, external, _view(call), known))


def publish(call: Call) -> Json:
    person = call.world.member(call.install.team, call.arguments.text("user_id"))
    if person is None:
        raise SlackError("invalid_arguments", ("invalid user_id",))
    view = views.checked(call.world, call.install.team, _view(call), "home")
    return _answer(views.publish(call.world, call.install, person.id, view, call.arguments.text("hash")))


def _presser(call: Call) -> str:
    """Whose trigger it is: of the token's own workspace, and good for one use."""
    return call.world.triggers.take(call.arguments.text("trigger_id"), call.install.team)


def _view(call: Call) -> object:
    return call.arguments.nested("view", "invalid_arguments")


def _answer(view: Json) -> Json:
    return {"view": views.for_app(view)}


METHODS = {
    "views.open": Method(open_view, TIER_4, (), ("trigger_id", "view")),
    "views.push": Method(push, TIER_4, (), ("trigger_id", "view")),
    "views.update": Method(update, TIER_4, (), ("view",)),
    "views.publish": Method(publish, TIER_4, (), ("user_id", "view")),
}
