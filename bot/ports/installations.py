"""Installations of the app by OAuth, with their tokens; implemented in storage/installations/."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Installation:
    """The app in one workspace (`team`), or in all workspaces of an organization: then `team` is empty.

    `refresh_token` and `expires_at` are set where the app rotates its tokens. `version` grows with every new token.
    """

    team: str
    enterprise: str
    name: str
    app_id: str
    bot_id: str
    bot_user: str
    scopes: tuple[str, ...]
    installed_by: str
    installed_at: datetime
    token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: datetime | None = None
    version: int = 0

    @property
    def id(self) -> str:
        """The workspace, or the organization."""
        return self.team or self.enterprise


@dataclass(frozen=True)
class InstallationStatus:
    """What can be said about an installation without its token; `refresh_error` is Slack's code for a refused refresh.

    `key_id` names the key that its tokens are encrypted with.
    """

    id: str
    name: str
    key_id: str
    expires_at: datetime | None
    refresh_error: str


@dataclass(eq=False)
class UnreadableToken(Exception):
    """None of the configured keys decrypts the tokens of an installation."""

    installation_id: str
    key_id: str


@dataclass(frozen=True)
class KeyRotation:
    """The result of re-encrypting: how many installations changed, and how many use each key id now."""

    changed: int
    key_ids: Mapping[str, int]
    unreadable: tuple[str, ...]


class Installations(Protocol):
    """Installations by the id of their workspace or organization. Every method raises StorageUnavailable."""

    async def get(self, installation_id: str) -> Installation | None:
        """Raises UnreadableToken. Returns None without keys: then the app is not installed by OAuth."""

    async def list_statuses(self) -> Sequence[InstallationStatus]:
        """List all installations by id."""

    async def add(self, installation: Installation) -> None:
        """Store an installation, in place of an earlier one of the same workspace or organization."""

    async def set_tokens(self, installation: Installation) -> bool:
        """Store refreshed tokens; False if others were stored since `installation.version`, or it was removed."""

    async def set_refresh_error(self, installation: Installation, code: str) -> None:
        """Record that Slack refused to refresh the tokens of this version; `add` and `set_tokens` clear it."""

    async def list_expiring(self, before: datetime) -> Sequence[str]:
        """List the ids of installations whose token expires before then and whose refresh was not refused."""

    async def list_teams(self, installation_id: str) -> Sequence[str]:
        """List the workspaces that the installation serves: itself, or those known of the organization."""

    async def delete(self, installation_id: str) -> bool:
        """Delete an installation with its tokens; return whether there was one.

        Which workspaces an organization has stays known, so that a repeated removal finds them.
        """

    async def get_organization(self, team: str) -> str:
        """Return the organization through whose installation a workspace is served; empty if none is known."""

    async def set_organization(self, team: str, enterprise: str) -> None:
        """Record that the organization's installation serves a workspace, in place of its own; idempotent."""

    async def reencrypt(self) -> KeyRotation:
        """Encrypt all tokens with the newest key; safe while bots run."""

    def listen(self, callback: Callable[[str], None]) -> None:
        """Call `callback` with the id of each installation that this or another process changes; call at start."""


class OAuthStates(Protocol):
    """States of installations that were begun. Each can be used once, within ten minutes."""

    async def issue(self) -> str:
        """Store and return a new state."""

    async def consume(self, state: str) -> bool:
        """Use a state; False if it is unknown, too old or was used."""
