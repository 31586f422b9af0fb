"""The manifest asks for what the code uses and nothing else, and Slack accepts it."""

import ast
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from handlers import register
from handlers.clients import Clients
from handlers.manifest import manifest, scopes
from handlers.visibility import SlackVisibility
from tests.unit.handlers.memory import Memory
from tests.unit.handlers.play import Script

ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared" / "data"
URL = "https://castroom.example.com"

# docs.slack.dev, each method's and event's own page; conversations need one scope per kind of conversation.
CONVERSATIONS = {"channels:read", "groups:read", "im:read", "mpim:read"}
METHOD_SCOPES: dict[str, set[str]] = {
    "apps.connections.open": set(),
    "auth.test": set(),
    "chat.getPermalink": set(),
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.info": CONVERSATIONS,
    "files.completeUploadExternal": {"files:write"},
    "files.getUploadURLExternal": {"files:write"},
    "files.info": {"files:read"},
    "reactions.add": {"reactions:write"},
    "reactions.get": {"reactions:read"},
    "users.conversations": CONVERSATIONS,
    "users.info": {"users:read"},
    "views.open": set(),
    "views.update": set(),
    "views.publish": set(),
    "views.push": set(),
}
EVENT_SCOPES: dict[str, set[str]] = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "reaction_added": {"reactions:read"},
    "reaction_removed": {"reactions:read"},
}


def methods_called() -> set[str]:
    """Every Web API method that handlers/ calls: `..._client.users_info(...)` is users.info."""
    called = set()
    for path in (ROOT / "handlers").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                name = node.func.attr
                if "_" in name and hasattr(AsyncWebClient, name) and not name.startswith("_"):
                    called.add(name.replace("_", "."))
    return called


def slack_says(name: str) -> Any:
    if not (path := DATA / name).exists():
        pytest.skip(f"{name} is not here")
    return json.loads(path.read_text())


@pytest.mark.parametrize("url", [None, URL])
def test_slack_accepts_the_manifest(url: str | None) -> None:
    jsonschema.validate(manifest(url), slack_says("slack-manifest.schema.2.0.0.json"))


def test_every_method_called_is_known_here() -> None:
    assert methods_called() == set(METHOD_SCOPES)


def test_the_scopes_are_exactly_those_the_methods_events_and_the_command_need() -> None:
    needed = {scope for table in (METHOD_SCOPES, EVENT_SCOPES) for wanted in table.values() for scope in wanted}
    assert scopes() == needed | {"commands"}


def test_slacks_own_tables_agree_with_ours() -> None:
    methods = slack_says("slack-methods.json")["methods"]
    assert {name: set(methods[name]["bot_scopes"] or ()) for name in METHOD_SCOPES} == METHOD_SCOPES


def test_commands_shortcuts_and_events_are_those_that_are_listened_to() -> None:
    heard: dict[str, list[str]] = {"command": [], "event": [], "shortcut": []}

    class Ear(AsyncApp):
        def command(self, command: Any, *args: Any, **kwargs: Any) -> Any:
            heard["command"].append(command)
            return super().command(command, *args, **kwargs)

        def event(self, event: Any, *args: Any, **kwargs: Any) -> Any:
            heard["event"].append(event)
            return super().event(event, *args, **kwargs)

        def shortcut(self, constraints: Any, *args: Any, **kwargs: Any) -> Any:
            heard["shortcut"].append(constraints)
            return super().shortcut(constraints, *args, **kwargs)

    app = Ear(client=AsyncWebClient(token="xoxb-test"))
    register(app, Script().casting(), Memory().rounds, SlackVisibility(Clients({})), Clients({}))
    made = manifest(None)
    assert heard["command"] == [c["command"] for c in made["features"]["slash_commands"]]
    assert heard["shortcut"] == [s["callback_id"] for s in made["features"]["shortcuts"]]
    assert sorted(heard["event"]) == sorted(made["settings"]["event_subscriptions"]["bot_events"])
    assert set(heard["event"]) == set(EVENT_SCOPES)


def test_over_http_slack_has_every_address_and_no_socket() -> None:
    made = manifest(URL + "/")
    addresses = [
        made["settings"]["event_subscriptions"]["request_url"],
        made["settings"]["interactivity"]["request_url"],
        made["settings"]["interactivity"]["message_menu_options_url"],
        *(c["url"] for c in made["features"]["slash_commands"]),
    ]
    assert set(addresses) == {f"{URL}/slack/events"}
    assert made["settings"]["socket_mode_enabled"] is False


def test_making_one_manifest_leaves_the_next_as_it_was() -> None:
    manifest(URL)
    assert manifest(None)["settings"]["socket_mode_enabled"] is True
    assert "url" not in manifest(None)["features"]["slash_commands"][0]
