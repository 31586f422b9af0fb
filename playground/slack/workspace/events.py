"""Events in the format of the Events API, sent to subscribed apps."""

import time

from playground.seed_data import Install, Place
from playground.slack.core.ids import new_id
from playground.slack.core.store import Json
from playground.slack.delivery.dispatcher import Delivery
from playground.slack.workspace.workspace import Workspace

_MENTION_FIELDS = (
    *("user", "text", "team", "blocks", "attachments", "ts", "thread_ts", "client_msg_id", "edited"),
    *("subtype", "bot_id", "bot_profile", "app_id", "username"),
)


def send_event(workspace: Workspace, install: Install, event: Json, place: Place | None = None) -> Delivery | None:
    """Send an event; None if the app is not subscribed to its type or no longer installed.

    In a channel that is shared with other organizations, the outer `team_id` is the acting person's (docs.slack.dev,
    "Understanding Slack Connect").
    """
    if not install.active or event["type"] not in install.events:
        return None
    body = _event_callback(install, event)
    if place and workspace.connected_homes(place):
        actor = workspace.person(str(event.get("user") or ""))
        body |= {"is_ext_shared_channel": True, "team_id": (actor.home if actor else "") or install.team}
    return workspace.dispatcher.deliver_later(event["type"], body)


def send_place_event(workspace: Workspace, place: Place, event: Json) -> Delivery | None:
    """Send an event of a channel, which the app gets only as a member."""
    install = workspace.install(place.team)
    return send_event(workspace, install, event, place) if install.bot in place.members else None


def send_reaction(
    workspace: Workspace, place: Place, message: Json, name: str, person: str, added: bool
) -> Delivery | None:
    event = {
        "type": "reaction_added" if added else "reaction_removed",
        "user": person,
        "reaction": name,
        "item": {"type": "message", "channel": place.id, "ts": message["ts"]},
        "item_user": message.get("user"),
        "event_ts": workspace.store.new_ts(),
    }
    return send_place_event(workspace, place, event)


def send_app_mention(workspace: Workspace, place: Place, message: Json) -> Delivery | None:
    event = {name: message[name] for name in _MENTION_FIELDS if name in message}
    return send_place_event(
        workspace, place, {"type": "app_mention", **event, "channel": place.id, "event_ts": message["ts"]}
    )


def send_app_home_opened(
    workspace: Workspace, install: Install, person: str, channel: str, tab: str, view: Json | None
) -> Delivery | None:
    event: Json = {"type": "app_home_opened", "user": person, "channel": channel, "tab": tab}
    if view:
        event["view"] = view
    return send_event(workspace, install, {**event, "event_ts": workspace.store.new_ts()})


def send_channel_id_changed(workspace: Workspace, old: str, place: Place) -> Delivery | None:
    event = {"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": place.id}
    return send_place_event(workspace, place, {**event, "event_ts": workspace.store.new_ts()})


def send_file_shared(workspace: Workspace, place: Place, file: str, person: str) -> Delivery | None:
    event = {"type": "file_shared", "channel_id": place.id, "file_id": file, "user_id": person, "file": {"id": file}}
    return send_place_event(workspace, place, {**event, "event_ts": workspace.store.new_ts()})


def send_app_uninstalled(workspace: Workspace, install: Install) -> None:
    """Send the last two events of an app; Slack sends them in either order."""
    tokens = {"oauth": [], "bot": [install.bot]}
    send_event(workspace, install, {"type": "tokens_revoked", "tokens": tokens, "event_ts": workspace.store.new_ts()})
    send_event(workspace, install, {"type": "app_uninstalled", "event_ts": workspace.store.new_ts()})


def send_member_joined(workspace: Workspace, place: Place, person: str, inviter: str) -> Delivery | None:
    event = {"type": "member_joined_channel", "user": person, "channel": place.id, "channel_type": "C"}
    details = {"team": place.team, "inviter": inviter, "event_ts": workspace.store.new_ts()}
    return send_place_event(workspace, place, event | details)


def _event_callback(install: Install, event: Json) -> Json:
    return {
        "token": "practice-verification",
        "team_id": install.team,
        "context_team_id": install.team,
        "enterprise_id": install.enterprise or None,
        "context_enterprise_id": install.enterprise or None,
        "api_app_id": install.app,
        "event": event,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": install.enterprise or None,
                "team_id": None if install.enterprise else install.team,
                "user_id": install.bot,
                "is_bot": True,
                "is_enterprise_install": bool(install.enterprise),
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{new_id('E')}",
    }
