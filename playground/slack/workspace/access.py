"""What the app's bot user may see and write to."""

from playground.seed_data import Person, Place
from playground.slack.core.errors import SlackError
from playground.slack.core.ids import new_id
from playground.slack.workspace.api_call import ApiCall

_READ_SCOPES = {"public": "channels:read", "private": "groups:read", "im": "im:read"}
_HISTORY_SCOPES = {"public": "channels:history", "private": "groups:history", "im": "im:history"}


def require_user(call: ApiCall, user: str) -> Person:
    """Return a user of the token's own workspace; raises `user_not_found`, or what hides the user."""
    person = call.workspace.member(call.install.team, user)
    if person is None or person.hidden:
        raise SlackError(person.hidden if person else "user_not_found")
    return person


def get_visible_place(call: ApiCall, channel: str) -> Place:
    """Return a channel visible to the app; raises `channel_not_found`, as for a private one without it."""
    place = call.workspace.place(channel)
    if place is None or place.team != call.install.team:
        raise SlackError("channel_not_found")
    if place.kind != "public" and call.install.bot not in place.members:
        raise SlackError("channel_not_found")
    return place


def get_joined_place(call: ApiCall, channel: str) -> Place:
    """Return a visible channel of which the app is a member; raises `not_in_channel`."""
    place = get_visible_place(call, channel)
    if call.install.bot not in place.members:
        raise SlackError("not_in_channel")
    return place


def get_writable_place(call: ApiCall, channel: str) -> Place:
    """Return a channel the app may post to; a person's id means their direct message."""
    person = call.workspace.member(call.install.team, channel)
    if person and not person.deleted:
        return open_direct_message(call, person.id)
    place = get_visible_place(call, channel)
    if place.is_archived:
        raise SlackError("is_archived")
    if place.kind == "public" and "chat:write.public" in call.install.scopes:
        return place
    return get_joined_place(call, channel)


def open_direct_message(call: ApiCall, person: str) -> Place:
    """Return the direct message of the app and a person; open it if it is new."""
    members = {person, call.install.bot}
    for place in call.workspace.places(call.install.team):
        if place.kind == "im" and set(place.members) == members:
            return place
    place = Place(new_id("D"), call.install.team, "", "im", (person, call.install.bot))
    call.workspace.save_place(place)
    return place


def require_read_scope(call: ApiCall, place: Place) -> None:
    """Raise `missing_scope` if the app may not read this type of channel."""
    _require_scope(call, _READ_SCOPES[place.kind])


def require_history_scope(call: ApiCall, place: Place) -> None:
    _require_scope(call, _HISTORY_SCOPES[place.kind])


def _require_scope(call: ApiCall, scope: str) -> None:
    if scope not in call.install.scopes:
        raise SlackError("missing_scope", needed=scope, provided=",".join(call.install.scopes))
