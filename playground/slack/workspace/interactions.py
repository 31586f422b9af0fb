"""Payloads of commands and interactions in Slack's format."""

from dataclasses import dataclass

from playground.seed_data import Install, Person, Place
from playground.slack.block_kit.elements import initial_state
from playground.slack.core.store import Json
from playground.slack.workspace import views
from playground.slack.workspace.response_urls import new_response_url
from playground.slack.workspace.workspace import Workspace

_TOKEN = "practice-verification"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person of a workspace and the app they use."""

    workspace: Workspace
    person: Person
    install: Install

    def new_trigger_id(self) -> str:
        return self.workspace.trigger_ids.issue(
            self.person.id, self.person.team, self.workspace.settings.trigger_seconds
        )


def slash_command(actor: Actor, place: Place, command: str, text: str) -> Json:
    team = actor.workspace.store.get_document("team", place.team) or {}
    return {
        "token": _TOKEN,
        "team_id": place.team,
        "team_domain": team["domain"],
        "channel_id": place.id,
        "channel_name": _channel_name(place),
        "user_id": actor.person.id,
        "user_name": actor.person.name,
        "command": command,
        "text": text,
        "api_app_id": actor.install.app,
        "is_enterprise_install": "true" if actor.install.enterprise else "false",
        **({"enterprise_id": actor.install.enterprise} if actor.install.enterprise else {}),
        "response_url": new_response_url(actor.workspace, place.id, actor.person.id),
        "trigger_id": actor.new_trigger_id(),
    }


def message_block_actions(actor: Actor, place: Place, message: Json, action: Json) -> Json:
    """Build a click; on an ephemeral, the payload has no message."""
    ephemeral = bool(message.get("is_ephemeral"))
    container = {"type": "message", "message_ts": message["ts"], "channel_id": place.id, "is_ephemeral": ephemeral}
    if "thread_ts" in message:
        container["thread_ts"] = message["thread_ts"]
    url = new_response_url(actor.workspace, place.id, actor.person.id, message["ts"], ephemeral)
    body = _interaction(actor, "block_actions") | {"container": container, "trigger_id": actor.new_trigger_id()}
    body |= {"channel": {"id": place.id, "name": _channel_name(place)}, "response_url": url}
    body |= {} if ephemeral else {"message": message}
    return body | {"state": {"values": _message_state(message, action)}, "actions": [action]}


def view_block_actions(actor: Actor, view: Json, action: Json) -> Json:
    container = {"type": "view", "view_id": view["id"]}
    body = _interaction(actor, "block_actions") | {"container": container, "trigger_id": actor.new_trigger_id()}
    return _from_home(actor, body) | {"view": views.to_view_object(view), "actions": [action]}


def block_suggestion(actor: Actor, view: Json, block: str, action: str, query: str) -> Json:
    """docs.slack.dev, "Block suggestion payload"."""
    body = _interaction(actor, "block_suggestion") | {"container": {"type": "view", "view_id": view["id"]}}
    body = _from_home(actor, body)
    return body | {"action_id": action, "block_id": block, "value": query, "view": views.to_view_object(view)}


def view_submission(actor: Actor, view: Json) -> Json:
    body = _interaction(actor, "view_submission") | {"trigger_id": actor.new_trigger_id()}
    return _from_home(actor, body) | {"view": views.to_view_object(view), "response_urls": []}


def view_closed(actor: Actor, view: Json, is_cleared: bool) -> Json:
    return _interaction(actor, "view_closed") | {"view": views.to_view_object(view), "is_cleared": is_cleared}


def message_shortcut(actor: Actor, place: Place, message: Json, callback_id: str) -> Json:
    url = new_response_url(actor.workspace, place.id, actor.person.id)
    body = global_shortcut(actor, callback_id) | {"type": "message_action", "response_url": url}
    body |= {"channel": {"id": place.id, "name": _channel_name(place)}}
    return body | {"message_ts": message["ts"], "message": message}


def global_shortcut(actor: Actor, callback_id: str) -> Json:
    body = _interaction(actor, "shortcut") | {"callback_id": callback_id}
    return body | {"trigger_id": actor.new_trigger_id(), "action_ts": actor.workspace.store.new_ts()}


def _interaction(actor: Actor, kind: str) -> Json:
    team = actor.workspace.store.get_document("team", actor.person.team) or {}
    person, enterprise = actor.person, actor.install.enterprise
    return {
        "type": kind,
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": person.home or person.team},
        "api_app_id": actor.install.app,
        "token": _TOKEN,
        "team": {"id": team["id"], "domain": team["domain"]},
        "enterprise": {"id": enterprise, "name": enterprise.lower()} if enterprise else None,
        "is_enterprise_install": bool(enterprise),
    }


def _from_home(actor: Actor, body: Json) -> Json:
    """Name the connected person's own workspace as the team of a payload from a view; none on Enterprise Grid.

    An installation of an organization gets no team there (a comment in slack_bolt's `extract_team_id`).
    """
    home = actor.person.home
    if actor.install.enterprise and not home:
        return body | {"team": None}
    if home.startswith("E"):
        return body | {"team": None, "enterprise": {"id": home, "name": home.lower()}}
    return body | {"team": {"id": home, "domain": home.lower()}} if home else body


def _message_state(message: Json, action: Json) -> Json:
    """Return the values of the message's menus and fields after this action."""
    values = initial_state(message.get("blocks", []))
    fields = values.get(action["block_id"], {}).get(action["action_id"])
    if fields:
        fields |= {name: action[name] for name in fields}
    return values


def _channel_name(place: Place) -> str:
    """Return the channel's name; Slack does not tell an app the names of private channels here."""
    return {"im": "directmessage", "private": "privategroup"}.get(place.kind, place.name)
