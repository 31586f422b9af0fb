"""The app manifest: `manifest.yml` at the root for Socket Mode, or adapted to HTTP."""

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).parents[2] / "manifest.yml"
_ENDPOINT = "/slack/events"
OAUTH_REDIRECT_PATH = "/slack/oauth_redirect"


def manifest(url: str | None) -> dict[str, Any]:
    """Return the manifest to create the app with; with `url` (https://...) for HTTP mode."""
    document = deepcopy(_load())
    if url:
        request_url = url.rstrip("/") + _ENDPOINT
        document["oauth_config"]["redirect_urls"] = [url.rstrip("/") + OAUTH_REDIRECT_PATH]
        document["settings"]["socket_mode_enabled"] = False
        document["settings"]["org_deploy_enabled"] = True
        document["settings"]["event_subscriptions"]["request_url"] = request_url
        document["settings"]["interactivity"]["request_url"] = request_url
        document["settings"]["interactivity"]["message_menu_options_url"] = request_url
        for command in document["features"]["slash_commands"]:
            command["url"] = request_url
    return document


def scopes() -> frozenset[str]:
    """Return the bot scopes that the app requests."""
    return frozenset(_load()["oauth_config"]["scopes"]["bot"])


@cache
def _load() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return document
