"""The app manifest: `manifest.yml` at the root for Socket Mode, or adapted to HTTP."""

from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).parents[2] / "manifest.yml"
_ENDPOINT = "/slack/events"
OAUTH_REDIRECT_PATH = "/slack/oauth_redirect"


@dataclass(frozen=True)
class ListingPages:
    """Where the pages of docs/listing are published (https://...), and who answers questions."""

    address: str
    support_email: str

    def to_manifest(self) -> dict[str, Any]:
        """Return `app_directory` of the manifest (Slack's JSON Schema of manifests, August 2026)."""
        address = self.address.rstrip("/")
        return {
            "installation_landing_page": f"{address}/landing",
            "privacy_policy_url": f"{address}/privacy",
            "support_url": f"{address}/support",
            "support_email": self.support_email,
            "supported_languages": ["en"],
            "pricing": "Free",
        }


def manifest(url: str | None, pages: ListingPages | None = None) -> dict[str, Any]:
    """Return the manifest to create the app with; with `url` (https://...) for HTTP mode.

    With `pages` it has the addresses that a listing needs.
    """
    document = deepcopy(_load())
    if pages:
        document["app_directory"] = pages.to_manifest()
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
