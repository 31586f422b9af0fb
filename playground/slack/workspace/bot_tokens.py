"""Bot tokens of installations: issued, refreshed and looked up."""

import secrets
import time
from dataclasses import replace

from playground.seed_data import Install
from playground.slack.core.errors import SlackError
from playground.slack.workspace.workspace import Workspace

# Tokens that were refreshed, until they expire.
_EARLIER = "earlier_token"


def install(workspace: Workspace, before: Install, scopes: list[str]) -> Install:
    """Return the stored installation; one revoked by an uninstall gets a new token."""
    if before.active and not workspace.settings.token_seconds:
        changed = replace(before, scopes=tuple(dict.fromkeys((*before.scopes, *scopes))))
    else:
        changed = _with_new_token(workspace, replace(before, active=True, scopes=tuple(scopes)))
    workspace.save_install(changed)
    return changed


def refresh(workspace: Workspace, refresh_token: str) -> Install:
    """Give an installation new tokens; raises SlackError for a refresh token that is unknown or was used."""
    before = next((each for each in workspace.installs() if each.active and each.refresh_token == refresh_token), None)
    if before is None or not refresh_token:
        raise SlackError("invalid_refresh_token")
    workspace.store.set_document(_EARLIER, before.token, {"team": before.team, "until": before.token_until})
    changed = _with_new_token(workspace, before)
    workspace.save_install(changed)
    return changed


def uninstall(workspace: Workspace, before: Install) -> None:
    """Revoke every token of an installation."""
    workspace.save_install(replace(before, active=False, refresh_token=""))


def find_install(workspace: Workspace, token: str) -> Install:
    """Return the installation of a token; raises SlackError."""
    found = next((each for each in workspace.installs() if each.token == token), None)
    until = found.token_until if found else None
    if found is None and (earlier := workspace.store.get_document(_EARLIER, token)):
        found, until = workspace.install(earlier["team"]), earlier["until"]
    if found is None:
        raise SlackError("invalid_auth")
    if not found.active:
        raise SlackError("account_inactive")
    if until is not None and until < time.time():
        raise SlackError("token_expired")
    return found


def _with_new_token(workspace: Workspace, before: Install) -> Install:
    seconds = workspace.settings.token_seconds
    if not seconds:
        return replace(before, token=f"xoxb-practice-{secrets.token_hex(12)}", refresh_token="", token_until=None)
    return replace(
        before,
        token=f"xoxe.xoxb-practice-{secrets.token_hex(12)}",
        refresh_token=f"xoxe-practice-{secrets.token_hex(12)}",
        token_until=time.time() + seconds,
    )
