"""oauth.v2.access: exchanges a code for an installation and its token, or a refresh token for new ones."""

import time

from playground.seed_data import CLIENT_ID, CLIENT_SECRET, Install
from playground.slack.core.errors import SlackError
from playground.slack.core.rate_limits import TIER_4
from playground.slack.core.store import Json
from playground.slack.workspace import bot_tokens, oauth
from playground.slack.workspace.api_call import ApiCall, ApiMethod


def exchange(call: ApiCall) -> Json:
    """Check the app's credentials, and exchange what the app has."""
    arguments = call.arguments
    if arguments.text("client_id") != CLIENT_ID:
        raise SlackError("invalid_client_id")
    if arguments.text("client_secret") != CLIENT_SECRET:
        raise SlackError("bad_client_secret")
    match arguments.text("grant_type", "authorization_code"):
        case "authorization_code":
            return _exchange_code(call)
        case "refresh_token" if call.workspace.settings.token_seconds:
            return _refresh(call)
    raise SlackError("invalid_grant_type")


def _exchange_code(call: ApiCall) -> Json:
    """Scopes add up over installations; an existing installation keeps its token, unless tokens rotate."""
    grant = oauth.redeem_code(call.workspace, call.arguments.text("code"), call.arguments.text("redirect_uri"))
    person = call.workspace.person(grant["person"])
    assert person
    if grant["organization"]:
        organization = call.workspace.organization_of(person.team)
        assert organization
        install = bot_tokens.install_organization(
            call.workspace, organization["id"], organization["teams"], grant["scopes"]
        )
    else:
        install = bot_tokens.install(call.workspace, call.workspace.install(person.team), grant["scopes"])
    return _answer(call, install) | {"authed_user": {"id": person.id}}


def _refresh(call: ApiCall) -> Json:
    """Docs.slack.dev, "Token rotation": a refresh token works once; the token before stays valid until it expires."""
    return _answer(call, bot_tokens.refresh(call.workspace, call.arguments.text("refresh_token")))


def _answer(call: ApiCall, install: Install) -> Json:
    team = call.workspace.store.get_document("team", install.team) or {}
    organization = call.workspace.organization_of(install.team)
    rotating: Json = {}
    if install.token_until is not None:
        expires_in = round(install.token_until - time.time())
        rotating = {"refresh_token": install.refresh_token, "expires_in": expires_in}
    return rotating | {
        "access_token": install.token,
        "token_type": "bot",
        "scope": ",".join(install.scopes),
        "bot_user_id": install.bot,
        "app_id": install.app,
        "team": None if install.enterprise else {"id": team["id"], "name": team["name"]},
        "enterprise": {name: organization[name] for name in ("id", "name")} if organization else None,
        "is_enterprise_install": bool(install.enterprise),
    }


METHODS = {"oauth.v2.access": ApiMethod(exchange, TIER_4, tokenless=True)}
