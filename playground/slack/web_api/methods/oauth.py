"""oauth.v2.access: exchanges a code for an installation and its token."""

import secrets
from dataclasses import replace

from playground.seed_data import CLIENT_ID, CLIENT_SECRET, Install
from playground.slack.core.errors import SlackError
from playground.slack.core.rate_limits import TIER_4
from playground.slack.core.store import Json
from playground.slack.workspace import oauth
from playground.slack.workspace.api_call import ApiCall, ApiMethod


def exchange_code(call: ApiCall) -> Json:
    """Exchange a code. Scopes add up over installations; an existing installation keeps its token."""
    arguments = call.arguments
    if arguments.text("client_id") != CLIENT_ID:
        raise SlackError("invalid_client_id")
    if arguments.text("client_secret") != CLIENT_SECRET:
        raise SlackError("bad_client_secret")
    if arguments.text("grant_type", "authorization_code") != "authorization_code":
        raise SlackError("invalid_grant_type")
    grant = oauth.redeem_code(call.workspace, arguments.text("code"), arguments.text("redirect_uri"))
    person = call.workspace.person(grant["person"])
    assert person
    install = _updated_install(call.workspace.install(person.team), grant["scopes"])
    call.workspace.save_install(install)
    team = call.workspace.store.get_document("team", install.team) or {}
    return {
        "access_token": install.token,
        "token_type": "bot",
        "scope": ",".join(install.scopes),
        "bot_user_id": install.bot,
        "app_id": install.app,
        "team": {"id": team["id"], "name": team["name"]},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": person.id},
    }


def _updated_install(install: Install, scopes: list[str]) -> Install:
    """Keep a valid token; one revoked by an uninstall is replaced."""
    if install.active:
        return replace(install, scopes=tuple(dict.fromkeys((*install.scopes, *scopes))))
    return replace(install, active=True, scopes=tuple(scopes), token=f"xoxb-practice-{secrets.token_hex(12)}")


METHODS = {"oauth.v2.access": ApiMethod(exchange_code, TIER_4, tokenless=True)}
