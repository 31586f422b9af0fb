"""The app manifest: `manifest.yml` at the root, made for Socket Mode, or the same for HTTP."""

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).parent.parent / "manifest.yml"
_ENDPOINT = "/slack/events"


def manifest(url: str | None) -> dict[str, Any]:
    """What Slack is given when the app is made; with `url` (https://...) it calls us there instead of a socket."""
    made = deepcopy(_read())
    if url:
        address = url.rstrip("/") + _ENDPOINT
        made["settings"]["socket_mode_enabled"] = False
        made["settings"]["event_subscriptions"]["request_url"] = address
        made["settings"]["interactivity"]["request_url"] = address
        made["settings"]["interactivity"]["message_menu_options_url"] = address
        for command in made["features"]["slash_commands"]:
            command["url"] = address
    return made


def scopes() -> frozenset[str]:
    """The bot scopes the app asks for."""
    return frozenset(_read()["oauth_config"]["scopes"]["bot"])


@cache
def _read() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return read
