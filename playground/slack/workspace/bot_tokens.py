"""Bot tokens of installations: issued, refreshed and looked up."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from playground.seed_data import Install
from playground.slack.core.errors import SlackError
from playground.slack.workspace.workspace import Workspace

# Tokens that were refreshed, until they expire.
_EARLIER = "earlier_token"


def install(workspace: Workspace, before: Install, scopes: list[str]) -> Install:
    """Return the stored installation; one revoked by an uninstall gets a new token."""
    if before.active and not before.enterprise and not workspace.settings.token_seconds:
        changed = replace(before, scopes=tuple(dict.fromkeys((*before.scopes, *scopes))))
    else:
        changed = replace(before, active=True, scopes=tuple(scopes), enterprise="", **_new_token(workspace))
    workspace.save_install(changed)
    return changed


def install_organization(workspace: Workspace, enterprise: str, teams: Sequence[str], scopes: list[str]) -> Install:
    """Install the app in all workspaces of an organization with one token; return one of the installations."""
    token = _new_token(workspace)
    for team in teams:
        changed = replace(workspace.install(team), active=True, scopes=tuple(scopes), enterprise=enterprise, **token)
        workspace.save_install(changed)
    return changed


def refresh(workspace: Workspace, refresh_token: str) -> Install:
    """Give an installation new tokens; raises SlackError for a refresh token that is unknown or was used."""
    owners = [each for each in workspace.installs() if each.active and each.refresh_token == refresh_token]
    if not owners or not refresh_token:
        raise SlackError("invalid_refresh_token")
    token = _new_token(workspace)
    for before in owners:
        workspace.store.set_document(_EARLIER, before.token, {"team": before.team, "until": before.token_until})
        workspace.save_install(replace(before, **token))
    return workspace.install(owners[0].team)


def uninstall(workspace: Workspace, before: Install) -> None:
    """Revoke every token of an installation, in all workspaces of its organization."""
    for each in workspace.installs():
        if each.team == before.team or (before.enterprise and each.enterprise == before.enterprise):
            workspace.save_install(replace(each, active=False, refresh_token=""))


def find_install(workspace: Workspace, token: str, team: str | None = None) -> Install:
    """Return the installation of a token; raises SlackError.

    The token of an organization needs the workspace, `team`. Slack needs it for some methods only
    (api.slack.com/enterprise/apps/changes-apis); None takes any workspace.
    """
    found = [each for each in workspace.installs() if each.token == token]
    until = found[0].token_until if found else None
    if not found and (earlier := workspace.store.get_document(_EARLIER, token)):
        found, until = [workspace.install(earlier["team"])], earlier["until"]
    if not found:
        raise SlackError("invalid_auth")
    if not found[0].active:
        raise SlackError("account_inactive")
    if until is not None and until < time.time():
        raise SlackError("token_expired")
    if not found[0].enterprise or team is None:
        return found[0]
    if not team:
        raise SlackError("missing_argument")
    if named := [each for each in found if each.team == team]:
        return named[0]
    raise SlackError("team_access_not_granted")


def _new_token(workspace: Workspace) -> dict[str, Any]:
    """Return the changed fields of an installation."""
    seconds = workspace.settings.token_seconds
    if not seconds:
        return {"token": f"xoxb-practice-{secrets.token_hex(12)}", "refresh_token": "", "token_until": None}
    return {
        "token": f"xoxe.xoxb-practice-{secrets.token_hex(12)}",
        "refresh_token": f"xoxe-practice-{secrets.token_hex(12)}",
        "token_until": time.time() + seconds,
    }
