"""The manifest requests exactly the scopes and events that the code uses, and Slack's schema accepts it."""

import ast
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from handlers import register
from handlers.slack.clients import Clients
from handlers.slack.directory import SlackDirectory
from handlers.slack.manifest import ListingPages, manifest, scopes
from providers.fal.models import FAL_MODELS
from providers.registry import MODELS
from tests.support.in_memory import InMemoryRepositories
from tests.support.listener_harness import StubUseCases

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
    "conversations.members": CONVERSATIONS,
    "files.completeUploadExternal": {"files:write"},
    "files.getUploadURLExternal": {"files:write"},
    "files.delete": {"files:write"},
    "files.info": {"files:read"},
    "oauth.v2.access": set(),
    "reactions.add": {"reactions:write"},
    "reactions.get": {"reactions:read"},
    "users.conversations": CONVERSATIONS,
    "users.info": {"users:read"},
    "users.list": {"users:read"},
    "chat.delete": {"chat:write"},
    "views.open": set(),
    "views.update": set(),
    "views.publish": set(),
    "views.push": set(),
}
EVENT_SCOPES: dict[str, set[str]] = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set(),
    "team_access_granted": set(),
    "team_access_revoked": set(),
    "channel_id_changed": set(),
    "reaction_added": {"reactions:read"},
    "reaction_removed": {"reactions:read"},
    "tokens_revoked": set(),
}


def methods_called() -> set[str]:
    """Return every Web API method that handlers/ calls: `..._client.users_info(...)` is users.info."""
    called = set()
    for path in (ROOT / "handlers").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                name = node.func.attr
                if "_" in name and hasattr(AsyncWebClient, name) and not name.startswith("_"):
                    called.add(name.replace("_", "."))
    return called


def load_slack_data(name: str) -> Any:
    if not (path := DATA / name).exists():
        pytest.skip(f"{name} is not here")
    return json.loads(path.read_text())


@pytest.mark.parametrize("url", [None, URL])
def test_slack_accepts_the_manifest(url: str | None) -> None:
    jsonschema.validate(manifest(url), load_slack_data("slack-manifest.schema.2.0.0.json"))


def test_every_called_method_has_its_scopes_listed() -> None:
    assert methods_called() == set(METHOD_SCOPES)


def test_scopes_are_exactly_those_needed() -> None:
    needed = {
        scope for table in (METHOD_SCOPES, EVENT_SCOPES) for method_scopes in table.values() for scope in method_scopes
    }
    assert scopes() == needed | {"commands"}


def test_scopes_agree_with_slacks_method_list() -> None:
    methods = load_slack_data("slack-methods.json")["methods"]
    assert {name: set(methods[name]["bot_scopes"] or ()) for name in METHOD_SCOPES} == METHOD_SCOPES


def test_manifest_lists_exactly_the_registered_listeners() -> None:
    registered: dict[str, list[str]] = {"command": [], "event": [], "shortcut": []}

    class RecordingApp(AsyncApp):
        def command(self, command: Any, *args: Any, **kwargs: Any) -> Any:
            registered["command"].append(command)
            return super().command(command, *args, **kwargs)

        def event(self, event: Any, *args: Any, **kwargs: Any) -> Any:
            registered["event"].append(event)
            return super().event(event, *args, **kwargs)

        def shortcut(self, constraints: Any, *args: Any, **kwargs: Any) -> Any:
            registered["shortcut"].append(constraints)
            return super().shortcut(constraints, *args, **kwargs)

    app = RecordingApp(client=AsyncWebClient(token="xoxb-test"))
    register(app, StubUseCases().casting(), InMemoryRepositories().storage, SlackDirectory(Clients({})), Clients({}))
    made = manifest(None)
    assert registered["command"] == [c["command"] for c in made["features"]["slash_commands"]]
    assert registered["shortcut"] == [s["callback_id"] for s in made["features"]["shortcuts"]]
    assert sorted(registered["event"]) == sorted(made["settings"]["event_subscriptions"]["bot_events"])
    assert set(registered["event"]) == set(EVENT_SCOPES)


def test_http_manifest_has_request_urls_and_no_socket_mode() -> None:
    made = manifest(URL + "/")
    addresses = [
        made["settings"]["event_subscriptions"]["request_url"],
        made["settings"]["interactivity"]["request_url"],
        made["settings"]["interactivity"]["message_menu_options_url"],
        *(c["url"] for c in made["features"]["slash_commands"]),
    ]
    assert set(addresses) == {f"{URL}/slack/events"}
    assert made["settings"]["socket_mode_enabled"] is False


def test_listing_addresses_satisfy_slacks_schema() -> None:
    pages = ListingPages("https://castroom.example.com/", "help@example.com")
    made = manifest(URL, pages)
    jsonschema.validate(made, load_slack_data("slack-manifest.schema.2.0.0.json"))
    assert made["app_directory"]["privacy_policy_url"] == "https://castroom.example.com/privacy"
    assert "app_directory" not in manifest(URL)


def test_listing_pages_disclose_ai_and_name_every_provider() -> None:
    description = manifest(None)["display_information"]["long_description"]
    listing = ROOT / "docs" / "listing"
    landing, privacy = ((listing / name).read_text("utf-8") for name in ("landing.md", "privacy.md"))
    for text in (description, landing):
        assert "generative AI" in text
        assert "No" in text
        assert "trains" in text
        assert "wrong" in text
    titles = {"recraft": "Recraft", "openai": "OpenAI", "gemini": "Google", "fal": "fal", "own": "self-hosted"}
    assert {*(model.provider for model in (*MODELS, *FAL_MODELS)), "own"} == set(titles)
    assert all(f"| {title}" in privacy or f"| a {title}" in privacy for title in titles.values())


def test_manifest_calls_do_not_share_state() -> None:
    manifest(URL)
    assert manifest(None)["settings"]["socket_mode_enabled"] is True
    assert "url" not in manifest(None)["features"]["slash_commands"][0]
