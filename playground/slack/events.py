"""Events as the Events API words them, sent to apps that hear them."""

import time

from playground.people import Install, Place
from playground.slack.courier import Delivery
from playground.slack.ids import new_id
from playground.slack.store import Json
from playground.slack.world import World


def send(world: World, install: Install, event: Json) -> Delivery | None:
    """None when the app is not subscribed to this kind, or is not installed any more."""
    if not install.active or event["type"] not in install.events:
        return None
    return world.courier.tell(event["type"], _callback(install, event))


def send_in(world: World, place: Place, event: Json) -> Delivery | None:
    """For what happens in a place: the app hears of it only where it is a member."""
    install = world.install(place.team)
    return send(world, install, event) if install.bot in place.members else None


def reaction(world: World, place: Place, message: Json, name: str, person: str, added: bool) -> Delivery | None:
    event = {
        "type": "reaction_added" if added else "reaction_removed",
        "user": person,
        "reaction": name,
        "item": {"type": "message", "channel": place.id, "ts": message["ts"]},
        "item_user": message["user"],
        "event_ts": world.store.stamp(),
    }
    return send_in(world, place, event)


def mention(world: World, place: Place, message: Json) -> Delivery | None:
    shown = ("user", "text", "team", "blocks", "ts", "thread_ts", "client_msg_id")
    event = {name: message[name] for name in shown if name in message}
    return send_in(world, place, {"type": "app_mention", **event, "channel": place.id, "event_ts": message["ts"]})


def home_opened(
    world: World, install: Install, person: str, channel: str, tab: str, view: Json | None
) -> Delivery | None:
    event: Json = {"type": "app_home_opened", "user": person, "channel": channel, "tab": tab}
    if view:
        event["view"] = view
    return send(world, install, {**event, "event_ts": world.store.stamp()})


def file_shared(world: World, place: Place, file: str, person: str) -> Delivery | None:
    event = {"type": "file_shared", "channel_id": place.id, "file_id": file, "user_id": person, "file": {"id": file}}
    return send_in(world, place, {**event, "event_ts": world.store.stamp()})


def uninstalled(world: World, install: Install) -> None:
    """The last two things an app hears, in the order Slack happens to send them: either may come first."""
    tokens = {"oauth": [], "bot": [install.bot]}
    send(world, install, {"type": "tokens_revoked", "tokens": tokens, "event_ts": world.store.stamp()})
    send(world, install, {"type": "app_uninstalled", "event_ts": world.store.stamp()})


def member_joined(world: World, place: Place, person: str, inviter: str) -> Delivery | None:
    event = {"type": "member_joined_channel", "user": person, "channel": place.id, "channel_type": "C"}
    more = {"team": place.team, "inviter": inviter, "event_ts": world.store.stamp()}
    return send_in(world, place, event | more)


def _callback(install: Install, event: Json) -> Json:
    return {
        "token": "practice-verification",
        "team_id": install.team,
        "context_team_id": install.team,
        "context_enterprise_id": None,
        "api_app_id": install.app,
        "event": event,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": install.team,
                "user_id": install.bot,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{new_id('E')}",
    }
